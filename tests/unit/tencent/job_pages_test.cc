#include "exporter/tencent/job_pages.h"

#include <nlohmann/json.hpp>

#include "exporter/tencent/tencent_dialect.h"
#include "tests/catch.h"
#include "tests/unit/scripted_cloud.h"

using namespace taskqueue;

namespace {

/// Jobs in the order of a vector; each page may change them before it is cut.
struct Shelf {
  Result<JobListing, Failure> list(const EnoughJobs& enough = {}) {
    cloud.requests.clear();
    const auto client = cloud.client(std::make_unique<TencentDialect>(TencentDialect::Product{
                                         .service = "batch", .version = "2017-03-12", .region = "r"}),
                                     {"DescribeJobs"});
    return list_jobs(*client, {{"Filters", Json::array()}}, enough);
  }
  HttpResponse answer(const HttpRequest& request) {
    if (before_page) before_page();
    const auto parameters = Json::parse(request.body);
    const auto offset = parameters.at("Offset").get<std::size_t>();
    Json set = Json::array();
    for (std::size_t i = offset; i < std::min(offset + most, jobs.size()); ++i) {
      set.push_back({{"JobId", jobs[i]}});
      if (jobs[i].starts_with("job-new") && !created_of_new.empty()) set.back()["CreateTime"] = created_of_new;
    }
    Json response{{"RequestId", "r"}, {"JobSet", set}};
    if (tells_total) response["TotalCount"] = jobs.size() + uncounted;
    if (told_total) response["TotalCount"] = *told_total;
    if (!tells_jobs) response.erase("JobSet");
    return cloud.says(Json{{"Response", response}}.dump());
  }
  void fill(int count) {
    for (int i = 0; i < count; ++i) jobs.push_back("job-" + std::to_string(i));
  }

  std::vector<std::string> jobs;
  std::size_t most = 100;
  std::size_t uncounted = 0;
  bool tells_total = true;
  std::string created_of_new;
  std::optional<std::int64_t> told_total;  // instead of the true one
  bool tells_jobs = true;
  std::function<void()> before_page;
  ScriptedCloud cloud{[this](const HttpRequest& request) { return answer(request); }};
};

}  // namespace

TEST_CASE("pages are read to the total", "[tencent][job_pages]") {
  const auto [jobs, calls] = GENERATE(table<int, std::size_t>({{0, 1}, {1, 1}, {100, 1}, {101, 2}, {250, 3}}));
  Shelf shelf;
  shelf.fill(jobs);
  const auto listing = shelf.list();
  REQUIRE(listing);
  CHECK(listing->whole);
  CHECK(listing->total == jobs);
  CHECK(listing->jobs.size() == static_cast<std::size_t>(jobs));
  CHECK(shelf.cloud.requests.size() == calls);
}

TEST_CASE("a total below what the pages show ends nothing", "[tencent][job_pages]") {
  Shelf shelf;
  shelf.fill(250);
  shelf.told_total = GENERATE(-5, 0, 7, 99);
  const auto listing = shelf.list();
  REQUIRE(listing);
  CHECK(listing->jobs.size() == 250);
}

TEST_CASE("an answer without jobs is not a list without jobs", "[tencent][job_pages]") {
  Shelf shelf;
  shelf.fill(3);
  shelf.tells_jobs = false;
  const auto listing = shelf.list();
  REQUIRE_FALSE(listing);
  CHECK(listing.error().kind == FailureKind::answer);
}

TEST_CASE("short pages are no end, and a missing total is none either", "[tencent][job_pages]") {
  Shelf shelf;
  shelf.fill(25);
  shelf.most = 10;
  CHECK(shelf.list()->jobs.size() == 25);
  CHECK(shelf.cloud.requests.size() == 3);
  shelf.tells_total = false;
  const auto listing = shelf.list();
  CHECK(listing->jobs.size() == 25);
  CHECK(listing->whole);
  CHECK(shelf.cloud.requests.size() == 4);
}

TEST_CASE("jobs that slip between pages are found by reading again", "[tencent][job_pages]") {
  Shelf shelf;
  shelf.fill(250);
  int page = 0;
  SECTION("one in front goes") {
    shelf.before_page = [&] {
      if (++page == 2) shelf.jobs.erase(shelf.jobs.begin());
    };
  }
  SECTION("one comes in front") {
    shelf.before_page = [&] {
      if (++page == 2) shelf.jobs.insert(shelf.jobs.begin(), "job-new");
    };
  }
  const auto listing = shelf.list();
  REQUIRE(listing);
  CHECK(listing->whole);
  for (const std::string& id : shelf.jobs) {
    CAPTURE(id);
    CHECK(std::ranges::count(listing->jobs, id, &BatchJob::id) == 1);
  }
}

TEST_CASE("a total that counts more than is listed does not ask for ever", "[tencent][job_pages]") {
  Shelf shelf;
  shelf.fill(150);
  shelf.uncounted = 2;
  const auto listing = shelf.list();
  REQUIRE(listing);
  CHECK(listing->whole);
  CHECK(shelf.cloud.requests.size() == 6);
}

TEST_CASE("jobs that keep coming cost another page, and the list is whole", "[tencent][job_pages]") {
  Shelf shelf;
  shelf.fill(150);
  int page = 0;
  shelf.before_page = [&] { shelf.jobs.insert(shelf.jobs.begin(), "job-new-" + std::to_string(++page)); };
  const auto listing = shelf.list();
  REQUIRE(listing);
  CHECK(listing->whole);
  CHECK(std::ranges::is_permutation(listing->jobs, shelf.jobs, {}, &BatchJob::id));
  CHECK(shelf.cloud.requests.size() == 4);  // three, the last of them without news, then the one that has what came
}

TEST_CASE("where jobs come and go the list is whole once a reading shows nothing older than the first",
          "[tencent][job_pages]") {
  const auto [created, whole] = GENERATE(table<std::string, bool>({{"2026-03-01T10:00:05Z", true}, {"", false}}));
  Shelf shelf;
  shelf.fill(150);
  shelf.created_of_new = created;
  int page = 0;
  shelf.before_page = [&] {
    shelf.jobs.insert(shelf.jobs.begin(), "job-new-" + std::to_string(++page));
    shelf.jobs.insert(shelf.jobs.begin(), "job-new-too-" + std::to_string(page));
    if (page % 2 == 0) shelf.jobs.erase(shelf.jobs.begin() + 3, shelf.jobs.begin() + 6);
  };
  CHECK(shelf.list()->whole == whole);
}

TEST_CASE("no page is read beyond enough", "[tencent][job_pages]") {
  Shelf shelf;
  shelf.fill(350);
  const auto listing = shelf.list([](const JobListing& so_far) { return so_far.jobs.size() >= 150; });
  REQUIRE(listing);
  CHECK_FALSE(listing->whole);
  CHECK(listing->jobs.size() == 200);
  CHECK(shelf.cloud.requests.size() == 2);
}
