#include "exporter/tencent/scroll.h"

#include "tests/catch.h"
#include "tests/unit/tencent/canned_cloud.h"

using namespace taskqueue;

namespace {

Json page(const std::vector<std::string>& ids, const Json& token, const Json& total = nullptr) {
  Json items = Json::array();
  for (const std::string& id : ids) items.push_back({{"TaskId", id}, {"New", {1, 2}}});
  return {{"TaskSet", items}, {"ScrollToken", token}, {"TotalCount", total}, {"RequestId", "r"}};
}

/// The ids of a list whose page for a token `answers` gives, and how it went.
struct Listed {
  std::vector<std::string> ids;
  std::size_t calls = 0;
  Result<Reading, Failure> reading = Reading{};
};

Listed list(const std::function<Json(const std::string& token)>& answers, std::size_t enough = 1000000) {
  CannedCloud cloud([&](const Json& parameters) { return answers(parameters.value("ScrollToken", "")); });
  const auto client = cloud.client();
  Listed listed;
  listed.reading = scroll(*client, {{"Status", "FINISH"}}, Urgency::live, [&](const Value& item) {
    listed.ids.push_back(text_member(item, "TaskId"));
    return listed.ids.size() < enough;
  });
  listed.calls = cloud.asked.size();
  for (const Json& asked : cloud.asked) CHECK(asked["Limit"] == 100);
  return listed;
}

}  // namespace

TEST_CASE("a list is read to its empty token, across short pages", "[tencent][scroll]") {
  const Json last = GENERATE(Json(""), Json(nullptr));
  const Listed listed = list([&](const std::string& token) {
    if (token.empty()) return page({"1", "2"}, "a", 12);
    if (token == "a") return page({"3"}, "b", 1);
    return page({"4", "5"}, last);
  });
  REQUIRE(listed.reading);
  CHECK(listed.ids == std::vector<std::string>{"1", "2", "3", "4", "5"});
  CHECK(listed.reading->as_of == *parse_utc("2026-03-01T10:00:00Z"));
  CHECK_FALSE(listed.reading->capped);
}

TEST_CASE("a token on the last page costs a few calls and adds nothing", "[tencent][scroll]") {
  SECTION("that answers with an empty page") {
    const Listed listed =
        list([](const std::string& token) { return token.empty() ? page({"1"}, "token-test") : page({}, ""); });
    CHECK(listed.ids == std::vector<std::string>{"1"});
    CHECK(listed.calls == 2);
  }
  SECTION("that answers with the same page and token again") {
    const Listed listed = list([](const std::string&) { return page({"1"}, "token-test"); });
    CHECK(listed.calls == 2);
  }
  SECTION("that answers with old tasks under ever new tokens") {
    const Listed listed = list([](const std::string& token) { return page({"1"}, token + "x"); });
    CHECK(listed.calls == 11);
  }
  SECTION("that answers without TaskSet") {
    const Listed listed = list([](const std::string& token) {
      return token.empty() ? page({"1"}, "t") : Json{{"TaskSet", nullptr}};
    });
    CHECK(listed.reading);
    CHECK(listed.calls == 2);
  }
}

TEST_CASE("an answer without a list is no empty list", "[tencent][scroll]") {
  const Json answer =
      GENERATE(Json{{"TotalCount", 0}}, Json{{"TaskSet", "none"}}, Json{{"TaskSet", {{"TaskId", "1"}}}});
  const Listed listed = list([&](const std::string&) { return answer; });
  REQUIRE_FALSE(listed.reading);
  CHECK(listed.reading.error().kind == FailureKind::answer);
  CHECK(listed.reading.error().sentence == "the answer has no TaskSet");
}

TEST_CASE("a token that comes back ends the list", "[tencent][scroll]") {
  int n = 0;
  const Listed listed = list([&](const std::string&) {
    ++n;
    return page({std::to_string(n)}, n % 2 == 0 ? "a" : "b");
  });
  CHECK(listed.calls == 3);
}

TEST_CASE("a page that fails fails the list", "[tencent][scroll]") {
  std::vector<std::string> full;
  for (int i = 0; i < 100; ++i) full.push_back(std::to_string(i));
  const Listed refused = list([&](const std::string& token) {
    return token.empty() ? page(full, "a") : error_answer("InvalidParameterValue");
  });
  REQUIRE_FALSE(refused.reading);
  // It is the token that is refused, not what was asked for.
  CHECK_FALSE(refuses_parameter(refused.reading.error()));
  CHECK(refused.reading.error().kind == FailureKind::answer);
  const Listed denied = list([](const std::string& token) {
    return token.empty() ? page({"1"}, "a") : error_answer("UnauthorizedOperation");
  });
  CHECK_FALSE(denied.reading);
  const Listed puzzled =
      list([](const std::string& token) { return token.empty() ? page({"1"}, "a") : error_answer("Novel.Trouble"); });
  CHECK_FALSE(puzzled.reading);
}

TEST_CASE("a token that came with a short page and is refused ends the list", "[tencent][scroll]") {
  const Listed listed = list([](const std::string& token) {
    return token.empty() ? page({"1"}, "token-test") : error_answer("InvalidParameterValue");
  });
  REQUIRE(listed.reading);
  CHECK(listed.ids == std::vector<std::string>{"1"});
}

TEST_CASE("items without an id cannot be counted and are passed over", "[tencent][scroll]") {
  const Listed listed = list([](const std::string&) {
    return Json{{"TaskSet", {{{"TaskId", "1"}}, {{"TaskId", nullptr}}, {{"TaskType", "x"}}, 3, nullptr}},
                {"ScrollToken", ""}};
  });
  REQUIRE(listed.reading);
  CHECK(listed.ids == std::vector<std::string>{"1"});
}

TEST_CASE("a list of which enough was seen is read no further", "[tencent][scroll]") {
  const Listed listed = list([](const std::string& token) { return page({token + "1", token + "2"}, token + "a"); }, 3);
  REQUIRE(listed.reading);
  CHECK(listed.ids == std::vector<std::string>{"1", "2", "a1"});
  CHECK(listed.calls == 2);
}

TEST_CASE("a total is that of a page of one", "[tencent][scroll]") {
  Json total = 12;
  CannedCloud cloud([&](const Json&) { return page({"1"}, "a", total); });
  const auto client = cloud.client();
  const auto told = total_count(*client, {{"Status", "FINISH"}});
  REQUIRE(told);
  CHECK(*told == 12);
  CHECK(cloud.asked.at(0)["Limit"] == 1);
  for (const Json& none : {Json(nullptr), Json(-5), Json(9223372036854775807)}) {
    total = none;
    CHECK_FALSE(total_count(*client, {{"Status", "FINISH"}}));
  }
}

TEST_CASE("a long list whose every page is new is read whole", "[tencent][scroll]") {
  constexpr int pages = 40;
  const Listed listed = list([&](const std::string& token) {
    const int number = token.empty() ? 0 : std::stoi(token);
    std::vector<std::string> ids;
    for (int i = 0; i < 100; ++i) ids.push_back("task-" + std::to_string(number * 100 + i));
    return page(ids, number + 1 < pages ? std::to_string(number + 1) : "");
  });
  CHECK(listed.calls == pages);
  CHECK(listed.ids.size() == 100 * pages);
}
