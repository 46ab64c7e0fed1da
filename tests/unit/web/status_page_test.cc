#include "exporter/web/status_page.h"

#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

PageFacts facts(const Shelf::View& view, const History& history) {
  PageFacts facts{.history = history};
  for (const auto& shown : view) facts.queues.push_back(summarize(*shown, shown::now));
  facts.version = "1.2.3";
  facts.revision = "abc";
  facts.telemetry_path = "/own/metrics";
  facts.now = shown::now;
  return facts;
}

std::string page(const Shelf::View& view) {
  const History history;
  return status_page(facts(view, history));
}

std::size_t occurrences(const std::string& html, const std::string& part) {
  std::size_t count = 0;
  for (auto at = html.find(part); at != std::string::npos; at = html.find(part, at + 1)) ++count;
  return count;
}

bool shows(const std::string& html, const std::string& part) { return html.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the page shows each queue with its counts and ages", "[web][status_page]") {
  const std::string html = page({shown::queue(shown::transcode, shown::working(), shown::counted()),
                                 shown::queue(shown::render, {}, std::nullopt)});
  CHECK(shows(html, "<span class=\"name\">transcode</span>"));
  CHECK(shows(html, "data-column=\"queued\" class=\"number\" data-value=\"1234\">1\u202f234</td>"));
  CHECK(shows(html, "data-column=\"failed\" class=\"number bad\" data-value=\"7\">7</td>"));
  CHECK(shows(html, ">42 min</time>"));
  CHECK(shows(html, "<code>2459-EditMedia-17</code>"));
  CHECK(shows(html, "batch · media · ap-guangzhou"));
  CHECK(shows(html, "not read yet"));
  CHECK(shows(html, "version 1.2.3"));
  CHECK(shows(html, "1 of 2 queues is still being read"));
}

TEST_CASE("links on the page work behind a prefix", "[web][status_page]") {
  const std::string html = page({});
  for (const char* link : {"\"own/metrics\"", "\"api/v1/queues\"", "\"-/healthy\"", "\"-/ready\"", "\"style.css\""}) {
    CAPTURE(link);
    CHECK(shows(html, std::string("href=") + link));
  }
  CHECK_FALSE(shows(html, "href=\"/"));
  CHECK_FALSE(shows(html, "src=\"/"));
}

TEST_CASE("the page has nothing that its policy forbids", "[web][status_page]") {
  const std::string html = page({shown::queue(shown::transcode, shown::working(), shown::counted())});
  CHECK_FALSE(shows(html, "style=\""));
  CHECK_FALSE(shows(html, "<style"));
  CHECK(occurrences(html, "<script") == 1);
  CHECK(shows(html, "<script src=\"status.js\" defer></script>"));
  CHECK_FALSE(shows(html, " on"));
  CHECK_FALSE(shows(html, "http://"));
  CHECK_FALSE(shows(html, "https://"));
}

TEST_CASE("names and errors from outside cannot become HTML", "[web][status_page]") {
  QueueStatus status = shown::working();
  status.last_refresh_succeeded = false;
  status.last_failure = Failure{FailureKind::answer, "<i>", "<script>alert(1)</script>", "\"><em>", {}};
  Snapshot snapshot = shown::counted();
  snapshot.oldest_queued = {{"<img src=x>", "<u>", shown::now}};
  const std::string html = page({shown::queue({"<q>", "mps", "a&b", "<r>"}, status, snapshot)});
  CHECK(occurrences(html, "<script") == 1);
  for (const char* tag : {"<script>", "<img", "<u>", "<i>", "<q>", "<r>", "<em>", "a&b"}) {
    CAPTURE(tag);
    CHECK_FALSE(shows(html, tag));
  }
  CHECK(shows(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST_CASE("an error is shown with what to do, and as recovered once it is over", "[web][status_page]") {
  QueueStatus status = shown::working();
  status.last_failure = shown::throttled();
  status.last_failure_at = shown::ago(std::chrono::hours{3});
  const std::string over = page({shown::queue(shown::transcode, status, shown::counted())});
  CHECK(shows(over, "recovered: throttled, 3 h ago"));
  CHECK_FALSE(shows(over, std::string(advice(FailureKind::throttled)).substr(0, 10)));
  status.last_refresh_succeeded = false;
  const std::string current = page({shown::queue(shown::transcode, status, shown::counted())});
  CHECK(shows(current, "class=\"error\""));
  CHECK(shows(current, "Lower quota_share"));
  CHECK(shows(current, "The API refuses more than 20 requests a second."));
  CHECK(shows(current, "1 of 1 queue needs you"));
  CHECK(shows(current, "href=\"#queue-0\">transcode</a>: failing."));
}

TEST_CASE("a page without queues says so", "[web][status_page]") {
  CHECK(shows(page({}), "No queue is configured."));
}

TEST_CASE("queues that need somebody come first, the others as they are configured", "[web][status_page]") {
  QueueStatus failing = shown::working();
  failing.last_refresh_succeeded = false;
  failing.last_failure = shown::throttled();
  const std::string html = page({shown::queue({"a", "mps", "m", ""}, shown::working(), shown::counted()),
                                 shown::queue({"b", "mps", "m", ""}, {}, std::nullopt),
                                 shown::queue({"c", "mps", "m", ""}, failing, shown::counted()),
                                 shown::queue({"d", "mps", "m", ""}, shown::working(), shown::counted())});
  const auto at = [&](const char* id) { return html.find(std::string("<tbody id=\"queue-") + id); };
  CHECK(at("2") < at("1"));
  CHECK(at("1") < at("0"));
  CHECK(at("0") < at("3"));
  CHECK(shows(html, "1 of 4 queues needs you"));
}

TEST_CASE("an exporter that is not well says so above all", "[web][status_page]") {
  const History history;
  PageFacts sick = facts({shown::queue(shown::transcode, shown::working(), shown::counted())}, history);
  sick.sickness = "the scheduler has not ticked for <61> s";
  const std::string html = status_page(sick);
  CHECK(shows(html, "id=\"verdict\" class=\"bad\""));
  CHECK(shows(html, "not ticked for &lt;61&gt; s"));
}

TEST_CASE("budgets stand beside what was sent", "[web][status_page]") {
  const CallLabels key{"tencent", "media", "mps", "", "Describe<Tasks>"};
  History history;
  history.record({}, {{key, 25, 25, 100}}, shown::ago(std::chrono::seconds{60}));
  PageFacts told = facts({}, history);
  told.budgets = {history.used({key, 12.5, 25, 400}, shown::now)};
  const std::string html = status_page(told);
  CHECK(shows(html, "mps Describe&lt;Tasks&gt;"));
  CHECK(shows(html, "<td class=\"number\">5.00</td><td class=\"number bad\">12</td><td class=\"number\">25</td>"));
  CHECK(shows(html, "value=\"0.200000\""));
}
