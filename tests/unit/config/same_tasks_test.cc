#include "exporter/config/same_tasks.h"

#include "tests/catch.h"

using taskqueue::patterns_overlap;
using taskqueue::QueueConfig;
using taskqueue::read_same_tasks;

namespace {

QueueConfig batch_queue() {
  QueueConfig queue;
  queue.service = "batch";
  queue.account = "media";
  queue.region = "ap-guangzhou";
  return queue;
}

}  // namespace

TEST_CASE("queues of the same API and account read the same tasks, whatever their names", "[config][same_tasks]") {
  QueueConfig a = batch_queue();
  QueueConfig b = batch_queue();
  a.name = "a";
  b.name = "b";
  b.polling.interval = std::chrono::minutes{5};
  CHECK(read_same_tasks(a, b));
  SECTION("another service") { b.service = "ecs"; }
  SECTION("another account") { b.account = "films"; }
  SECTION("another region") { b.region = "ap-shanghai"; }
  SECTION("another application") { b.sub_app_id = 7; }
  SECTION("another endpoint") { b.endpoint = taskqueue::Endpoint{}; }
  CHECK(read_same_tasks(a, b) == (a.service == b.service && a.account == b.account && a.region == b.region &&
                                  a.sub_app_id == b.sub_app_id && a.endpoint == b.endpoint));
}

TEST_CASE("queues that name different jobs or tasks read different tasks", "[config][same_tasks]") {
  QueueConfig a = batch_queue();
  QueueConfig b = batch_queue();
  a.jobs = {{"job-1", {"A"}}, {"job-2", {}}};
  CHECK(read_same_tasks(a, b));
  b.jobs = {{"job-1", {"B"}}, {"job-3", {}}};
  CHECK_FALSE(read_same_tasks(a, b));
  b.jobs = {{"job-1", {"B", "A"}}};
  CHECK(read_same_tasks(a, b));
  b.jobs = {{"job-1", {}}};
  CHECK(read_same_tasks(a, b));
}

TEST_CASE("queues that filter by names overlap where some name fits both", "[config][same_tasks]") {
  QueueConfig a = batch_queue();
  QueueConfig b = batch_queue();
  a.job_names = {"render-*"};
  CHECK(read_same_tasks(a, b));
  b.job_names = {"encode-*"};
  CHECK_FALSE(read_same_tasks(a, b));
  b.job_names = {"encode-*", "*-night"};
  CHECK(read_same_tasks(a, b));
}

TEST_CASE("patterns overlap where one text fits both", "[config][same_tasks]") {
  CHECK(patterns_overlap("", ""));
  CHECK(patterns_overlap("*", ""));
  CHECK(patterns_overlap("a*", "*b"));
  CHECK(patterns_overlap("a?c", "abc"));
  CHECK(patterns_overlap("a?c", "a*"));
  CHECK(patterns_overlap("*x*", "a*b"));
  CHECK(patterns_overlap("**", "?"));
  CHECK_FALSE(patterns_overlap("a*", "b*"));
  CHECK_FALSE(patterns_overlap("*a", "*b"));
  CHECK_FALSE(patterns_overlap("?", ""));
  CHECK_FALSE(patterns_overlap("a?", "a"));
  CHECK_FALSE(patterns_overlap("abc", "abd"));
}
