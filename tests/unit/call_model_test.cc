#include "exporter/call_model.h"

#include "tests/catch.h"

using namespace taskqueue;

namespace {

constexpr ReadingRhythm half_minute{.interval = 30, .recount = 86400};

double per_refresh(const CallRates& rates, const std::string& action, double interval = 30) {
  return rates.at(action) * interval;
}

}  // namespace

TEST_CASE("a list takes a page for each hundred, at least one, and at a border sometimes one more", "[call_model]") {
  CHECK(pages(0) == Approx(1));
  CHECK(pages(30) == Approx(1));
  CHECK(pages(250) == Approx(3).margin(0.01));
  CHECK(pages(1e6) == Approx(10000.5).margin(0.01));
  CHECK(pages(100) > 1.3);
  CHECK(pages(100) < 1.7);
}

TEST_CASE("an idle queue of MPS or VOD costs a call for each list, and the checks", "[call_model]") {
  // MPS: waiting, running, failed, succeeded, a twentieth of a longer look at those, a tenth of a total; VOD: waiting,
  // running, ended, a twentieth of a longer look, a tenth of an hour.
  CHECK(per_refresh(mps_call_rates({}, half_minute), "DescribeTasks") == Approx(4.2).margin(0.01));
  CHECK(per_refresh(vod_call_rates({}, half_minute, false), "DescribeTasks") == Approx(3.15).margin(0.01));
}

TEST_CASE("a busy queue costs pages for what is live and what has ended since", "[call_model]") {
  const QueueLoad busy{.queued = 250, .running = 150, .ended_per_second = 20};
  // 3 + 2 pages of live ones. Ended within 35 s: 35 failed, 665 others, so 1 + 7.2 pages. Back to the creation of the
  // oldest there are 520 more, 11.6 pages, but a fifth more than what a refresh costs is 17 calls in all, less 5 and 1;
  // for those farther back the total is asked for. A longer look at every 20th refresh, within 630 s: 630 and 11,970,
  // so 6.8 + 120.2. A day's sweep of 604,800 and 11,491,200 in pages of 100.
  const double refresh = 3 + 2 + 1 + (17 - 5 - 1) + 1 + 0.05 * (6.8 + 120.2) + 0.1;
  const double sweep = (604800 + 11491200) / 100. / 86400 * 30;
  CHECK(per_refresh(mps_call_rates(busy, half_minute), "DescribeTasks") == Approx(refresh + sweep).epsilon(0.03));
  CHECK(mps_sweep_calls(busy) == Approx(120960).epsilon(0.001));
  // VOD: 700 ended within 35 s, 12,600 within 630 s, 72,000 in an hour; 5,184,000 in the window.
  const double vod = 3 + 2 + 7.5 + 0.05 * 126.5 + 0.1 * 720.5 + 51840. / 86400 * 30;
  CHECK(per_refresh(vod_call_rates(busy, half_minute, false), "DescribeTasks") == Approx(vod).epsilon(0.01));
}

TEST_CASE("asking for outcomes costs a call for each task that ends", "[call_model]") {
  const QueueLoad busy{.ended_per_second = 2};
  CHECK(vod_call_rates(busy, half_minute, true).at("DescribeTaskDetail") == Approx(2));
  CHECK_FALSE(vod_call_rates(busy, half_minute, false).contains("DescribeTaskDetail"));
}

TEST_CASE("ECS costs the new ones and the total, and pages of live ones where there are any", "[call_model]") {
  CHECK(per_refresh(ecs_call_rates({}, half_minute), "DescribeTasks") == Approx(2));
  const QueueLoad busy{.queued = 0, .running = 230, .ended_per_second = 0.1};
  CHECK(per_refresh(ecs_call_rates(busy, half_minute), "DescribeTasks") == Approx(1 + 3 + 1).margin(0.05));
}

TEST_CASE("Batch without jobs costs three lists", "[call_model]") {
  const CallRates idle = batch_call_rates({}, half_minute);
  CHECK(per_refresh(idle, "DescribeJobs") == Approx(3));
  CHECK(idle.at("DescribeJob") == Approx(0));
  CHECK(idle.at("DescribeTask") == Approx(0));
}

TEST_CASE("Batch reads every live job, each ended one once, and tasks only where they have siblings", "[call_model]") {
  const QueueLoad single{.ended_per_second = 1. / 60, .jobs = 40, .tasks_per_job = 1};
  const CallRates alone = batch_call_rates(single, half_minute);
  CHECK(per_refresh(alone, "DescribeJobs") == Approx(3 + 0.39).margin(0.01));  // half a job ends: is one deleted?
  CHECK(per_refresh(alone, "DescribeJob") == Approx(40 + 0.5));
  CHECK(alone.at("DescribeTask") == Approx(0));

  // Nothing changes: what is known is looked at every five minutes, but for the last task of each job.
  const QueueLoad still{.ended_per_second = 0, .jobs = 40, .tasks_per_job = 4};
  CHECK(per_refresh(batch_call_rates(still, half_minute), "DescribeTask") == Approx(40 * 4 * 0.75 / 10));
  // All changes between two refreshes.
  const QueueLoad lively{.ended_per_second = 100, .jobs = 40, .tasks_per_job = 4};
  CHECK(per_refresh(batch_call_rates(lively, half_minute), "DescribeTask") ==
        Approx(0.75 * (160 + 2 * 100 * 30)).epsilon(0.001));
}

TEST_CASE("named jobs and tasks cost a call each while they live, and rest when they are over", "[call_model]") {
  const NamedInBatch named{.jobs = 2, .tasks = 40};
  const QueueLoad live{.jobs = 2};
  const CallRates rates = named_batch_call_rates(named, live, half_minute);
  CHECK(per_refresh(rates, "DescribeJob") == Approx(2));
  CHECK(per_refresh(rates, "DescribeTask") == Approx(40));
  const CallRates over = named_batch_call_rates(named, {}, half_minute);
  CHECK(over.at("DescribeJob") + over.at("DescribeTask") == Approx(42. / 300));
  const CallRates one = named_batch_call_rates({.jobs = 1, .tasks = 0}, {}, half_minute);
  CHECK(one.at("DescribeJob") == Approx(1. / 30));  // for the cloud's time
}
