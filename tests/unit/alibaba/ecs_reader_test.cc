#include "exporter/alibaba/ecs_reader.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "exporter/alibaba/alibaba_dialect.h"
#include "tests/catch.h"
#include "tests/unit/scripted_cloud.h"

using namespace taskqueue;

namespace {

/// A region's tasks, newest first; each page may change them before it is cut.
struct Region {
  struct Item {
    std::string id;
    std::string status;
    std::string created;
  };
  void add(const std::string& id, const std::string& status = "Finished") {
    items.insert(items.begin(), {.id = id, .status = status});
  }

  HttpResponse answer(const HttpRequest& request) {
    if (before_page) before_page();
    if (failing) return cloud.says(R"({"Code":"InvalidRegionId.NotFound","Message":"none"})", 400);
    const std::size_t page = std::stoul(parameter(request, "PageNumber"));
    Json set = Json::array();
    const std::size_t size = std::stoul(parameter(request, "PageSize"));
    for (std::size_t i = (page - 1) * size; i < std::min(page * size, items.size()); ++i) {
      set.push_back({{"TaskId", items[i].id}, {"TaskStatus", items[i].status}, {"TaskAction", "ExportImage"}});
      if (!items[i].created.empty()) set.back()["CreationTime"] = items[i].created;
    }
    Json body{{"RequestId", "r"}, {"TaskSet", {{"Task", set}}}};
    if (total == Total::all) body["TotalCount"] = items.size() + uncounted;
    if (total == Total::of_page) body["TotalCount"] = set.size();
    if (told_total) body["TotalCount"] = *told_total;
    if (told_set) body["TaskSet"] = *told_set;
    return cloud.says(body.dump());
  }
  static std::string parameter(const HttpRequest& request, const std::string& name) {
    const std::size_t place = request.target.find(name + "=");
    if (place == std::string::npos) return "absent";
    const std::size_t from = place + name.size() + 1;
    return request.target.substr(from, request.target.find('&', from) - from);
  }

  std::vector<Item> items;
  enum class Total { all, of_page, absent } total = Total::all;
  std::size_t uncounted = 0;               // tasks in the total that no page shows
  std::optional<std::int64_t> told_total;  // instead of the true one
  std::optional<Json> told_set;
  bool failing = false;
  std::function<void()> before_page;
  ScriptedCloud cloud{[this](const HttpRequest& request) { return answer(request); }};
  EcsReader reader{cloud.client(std::make_unique<AlibabaDialect>("2014-05-26"), {"DescribeTasks"}), "cn-hangzhou"};
};

struct Seen {
  std::map<std::string, std::string> live, ended;  // status by id
  Result<Reading, Failure> reading = Reading{};
};

Seen read(EcsReader& reader, const LiveQuestion& known = {}) {
  Seen seen;
  seen.reading = reader.live(
      known, [&](const Task& task) { (is_terminal(task.phase) ? seen.ended : seen.live)[task.id] = task.status; });
  return seen;
}

void fill(Region& region, int count) {
  for (int i = 0; i < count; ++i) region.add("t-" + std::to_string(1000 + i), i % 7 == 0 ? "Processing" : "Finished");
}

}  // namespace

TEST_CASE("one listing without a filter gives live and ended tasks", "[alibaba][ecs_reader]") {
  Region region;
  region.add("t-1", "Finished");
  region.add("t-2", "Processing");
  region.add("t-3", "Failed");
  region.add("t-4", "Paused");
  region.add("t-5", "Deleted");
  const Seen seen = read(region.reader);
  REQUIRE(seen.reading);
  CHECK(seen.live == std::map<std::string, std::string>{{"t-2", "Processing"}, {"t-4", "Paused"}});
  CHECK(seen.ended == std::map<std::string, std::string>{{"t-1", "Finished"}, {"t-3", "Failed"}, {"t-5", "Deleted"}});
  CHECK(seen.reading->as_of == *parse_utc("2026-03-01T10:00:00Z"));
  CHECK(seen.reading->whole);
  const HttpRequest& request = region.cloud.requests.at(0);
  CHECK(Region::parameter(request, "RegionId") == "cn-hangzhou");
  CHECK(Region::parameter(request, "PageSize") == "100");
  CHECK(Region::parameter(request, "TaskStatus") == "absent");
}

TEST_CASE("a total below what the pages show ends nothing", "[alibaba][ecs_reader]") {
  Region region;
  fill(region, 250);
  region.told_total = GENERATE(-5, 0, 7, 99);
  const Seen seen = read(region.reader);
  REQUIRE(seen.reading);
  CHECK(seen.live.size() + seen.ended.size() == 250);
}

TEST_CASE("an empty set may be left out where the total agrees, and is else no answer", "[alibaba][ecs_reader]") {
  Region region;
  region.told_set = Json(nullptr);
  region.told_total = 0;
  CHECK(read(region.reader).reading);
  region.told_total = 7;
  CHECK_FALSE(read(region.reader).reading);
  region.told_set = Json("none");
  region.told_total = 0;
  const Seen seen = read(region.reader);
  REQUIRE_FALSE(seen.reading);
  CHECK(seen.reading.error().sentence == "the answer has no TaskSet");
}

TEST_CASE("pages are read to the total and no further, but that a first page may have counted itself only",
          "[alibaba][ecs_reader]") {
  const auto [tasks, calls] =
      GENERATE(table<int, std::size_t>({{0, 1}, {1, 2}, {100, 2}, {101, 2}, {200, 2}, {250, 3}}));
  Region region;
  fill(region, tasks);
  const Seen seen = read(region.reader);
  REQUIRE(seen.reading);
  CHECK(seen.live.size() + seen.ended.size() == static_cast<std::size_t>(tasks));
  CHECK_FALSE(seen.reading->capped);
  CHECK(region.cloud.requests.size() == calls);
}

TEST_CASE("pages that shifted are noticed and the list is read again", "[alibaba][ecs_reader]") {
  Region region;
  fill(region, 250);
  int page = 0;
  SECTION("a new task pushes one onto the next page") {
    region.before_page = [&] {
      if (++page == 2) region.add("t-new", "Processing");
    };
    const Seen seen = read(region.reader);
    CHECK(seen.live.count("t-new") == 1);
    CHECK(seen.live.size() + seen.ended.size() == 251);
    CHECK(region.cloud.requests.size() == 5);  // four, the last of them empty, then the one that has it
  }
  SECTION("a task that goes pulls one onto a page already read") {
    const std::string slipped = region.items[100].id;
    region.before_page = [&] {
      if (++page == 2) region.items.erase(region.items.begin());
    };
    const Seen seen = read(region.reader);
    CHECK(seen.live.count(slipped) + seen.ended.count(slipped) == 1);
    CHECK_FALSE(seen.reading->capped);
  }
  SECTION("tasks that keep arriving are read until nothing older is missing") {
    region.before_page = [&] { region.add("t-new-" + std::to_string(++page), "Processing"); };
    const Seen seen = read(region.reader);
    CHECK_FALSE(seen.reading->capped);
    CHECK(seen.ended.size() + seen.live.size() == 250 + static_cast<std::size_t>(page));
    CHECK(region.cloud.requests.size() == 5);
  }
  SECTION("where tasks go, too, only dates tell that those which came are all that is missing") {
    const bool tells_date = GENERATE(true, false);
    region.before_page = [&] {
      if (++page == 2) region.items.pop_back();
      for (int i = 0; i < 3 && page != 2; ++i) {
        region.add("t-new-" + std::to_string(page) + "-" + std::to_string(i), "Processing");
        if (tells_date) region.items.front().created = "2026-03-01T10:00Z";
      }
    };
    CHECK(read(region.reader).reading->capped == !tells_date);
  }
}

TEST_CASE("a total that counts more than is listed is found out once", "[alibaba][ecs_reader]") {
  Region region;
  fill(region, 150);
  region.uncounted = 3;
  CHECK_FALSE(read(region.reader).reading->capped);
  const std::size_t first = region.cloud.requests.size();
  region.add("t-new");
  CHECK_FALSE(read(region.reader).reading->capped);
  CHECK(region.cloud.requests.size() - first == 3);  // two pages, and one that is empty
}

TEST_CASE("where no total tells that old tasks have left, all are listed each time", "[alibaba][ecs_reader]") {
  Region region;
  fill(region, GENERATE(20, 150));
  region.total = GENERATE(Region::Total::of_page, Region::Total::absent);
  CHECK(read(region.reader).reading->whole);
  CHECK_FALSE(region.reader.total(std::nullopt));
  const LiveQuestion question{.since = *parse_utc("2026-03-01T09:00:00Z")};
  CHECK(read(region.reader, question).reading->whole);
  region.total = Region::Total::all;
  CHECK(region.reader.total(std::nullopt).value() == static_cast<std::int64_t>(region.items.size()));
  CHECK_FALSE(read(region.reader, question).reading->whole);
}

TEST_CASE("a task that moves on between two readings is seen in its later state", "[alibaba][ecs_reader]") {
  Region region;
  fill(region, 150);
  int page = 0;
  region.before_page = [&] {
    if (++page != 2) return;
    region.add("t-new");
    region.items[1].status = "Failed";
  };
  const std::string moved = region.items[0].id;
  region.items[0].status = "Processing";
  const Seen seen = read(region.reader);
  CHECK(seen.ended.at(moved) == "Failed");
  CHECK(seen.live.count(moved) == 0);
}

TEST_CASE("a listing that fails is a failure, and an answer about something else too", "[alibaba][ecs_reader]") {
  Region region;
  region.failing = true;
  const Seen seen = read(region.reader);
  REQUIRE_FALSE(seen.reading);
  CHECK(seen.reading.error().code == "InvalidRegionId.NotFound");

  ScriptedCloud other{[&](const HttpRequest&) { return other.says(R"({"hello":"world"})"); }};
  EcsReader reader(other.client(std::make_unique<AlibabaDialect>("2014-05-26"), {"DescribeTasks"}), "cn-hangzhou");
  const auto reading = reader.live({}, [](const Task&) {});
  REQUIRE_FALSE(reading);
  CHECK(reading.error().kind == FailureKind::answer);
}

TEST_CASE("ECS tells outcomes but no start and no window", "[alibaba][ecs_reader]") {
  const Region region;
  const Vocabulary vocabulary = region.reader.vocabulary();
  CHECK(vocabulary.types == std::vector<std::string>{"ImportImage", "ExportImage", "RedeployInstance", "ModifyDiskSpec",
                                                     "ArchiveSnapshot"});
  CHECK(vocabulary.rows == std::vector<StatusRow>{{"Processing", Phase::running},
                                                  {"Finished", Phase::succeeded},
                                                  {"Failed", Phase::failed}});
  CHECK(vocabulary.outcomes == std::vector<Phase>{Phase::succeeded, Phase::failed, Phase::cancelled});
  CHECK_FALSE(vocabulary.window);
  CHECK_FALSE(vocabulary.tells_start);
}

TEST_CASE("a total that is none is as if it were absent", "[alibaba][ecs_reader]") {
  ScriptedCloud cloud([&](const HttpRequest&) {
    return cloud.says(
        R"({"TotalCount":-9223372036854775808,"TaskSet":{"Task":[{"TaskId":"t-1","TaskStatus":"Processing"}]}})");
  });
  EcsReader reader(cloud.client(std::make_unique<AlibabaDialect>("2014-05-26"), {"DescribeTasks"}), "cn-hangzhou");
  const Seen seen = read(reader);
  CHECK(seen.reading);
  CHECK(seen.live.size() == 1);
  CHECK_FALSE(reader.total(std::nullopt));
}
