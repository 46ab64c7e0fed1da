#include "exporter/web/status_page.h"

#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

std::string page(const Shelf::View& view) {
  std::vector<QueueSummary> queues;
  for (const auto& shown : view) queues.push_back(summarize(*shown, shown::now));
  return status_page(queues,
                     {.version = "1.2.3", .revision = "abc", .telemetry_path = "/own/metrics", .now = shown::now});
}

bool contains(const std::string& html, const std::string& part) { return html.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the page shows each queue with its counts and ages", "[web][status_page]") {
  const std::string html = page({shown::queue(shown::transcode, shown::working(), shown::counted()),
                                 shown::queue(shown::render, {}, std::nullopt)});
  CHECK(contains(html, ">transcode</th>"));
  CHECK(contains(html, "data-column=\"queued\" class=\"number\">1\u202f234</td>"));
  CHECK(contains(html, "data-column=\"failed\" class=\"number bad\">7</td>"));
  CHECK(contains(html, ">42 min</time>"));
  CHECK(contains(html, "<code>2459-EditMedia-17</code>"));
  CHECK(contains(html, ">ap-guangzhou</td>"));
  CHECK(contains(html, "not read yet"));
  CHECK(contains(html, "version 1.2.3"));
  CHECK(contains(html, "1 of 2"));
}

TEST_CASE("links on the page work behind a prefix", "[web][status_page]") {
  const std::string html = page({});
  for (const char* link : {"\"own/metrics\"", "\"api/v1/queues\"", "\"-/healthy\"", "\"-/ready\"", "\"style.css\""}) {
    CAPTURE(link);
    CHECK(contains(html, std::string("href=") + link));
  }
  CHECK_FALSE(contains(html, "href=\"/"));
  CHECK_FALSE(contains(html, "src=\"/"));
}

TEST_CASE("the page has nothing that its policy forbids", "[web][status_page]") {
  const std::string html = page({shown::queue(shown::transcode, shown::working(), shown::counted())});
  CHECK_FALSE(contains(html, "style=\""));
  CHECK_FALSE(contains(html, "<style"));
  CHECK_FALSE(contains(html, "<script"));
  CHECK_FALSE(contains(html, "http://"));
}

TEST_CASE("names and errors from outside cannot become HTML", "[web][status_page]") {
  QueueStatus status = shown::working();
  status.last_refresh_succeeded = false;
  status.last_failure = Failure{FailureKind::answer, "<i>", "<script>alert(1)</script>", "\"><em>", {}};
  Snapshot snapshot = shown::counted();
  snapshot.oldest_queued = {{"<img src=x>", "<u>", shown::now}};
  const std::string html = page({shown::queue({"<q>", "mps", "a&b", "<r>"}, status, snapshot)});
  for (const char* tag : {"<script", "<img", "<u>", "<i>", "<q>", "<r>", "<em>", "a&b"}) {
    CAPTURE(tag);
    CHECK_FALSE(contains(html, tag));
  }
  CHECK(contains(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST_CASE("an error is shown with what to do, and as recovered once it is over", "[web][status_page]") {
  QueueStatus status = shown::working();
  status.last_failure = shown::throttled();
  status.last_failure_at = shown::ago(std::chrono::hours{3});
  const std::string over = page({shown::queue(shown::transcode, status, shown::counted())});
  CHECK(contains(over, "recovered: throttled, 3 h ago"));
  CHECK_FALSE(contains(over, std::string(advice(FailureKind::throttled)).substr(0, 10)));
  status.last_refresh_succeeded = false;
  const std::string current = page({shown::queue(shown::transcode, status, shown::counted())});
  CHECK(contains(current, "class=\"error\""));
  CHECK(contains(current, "Lower quota_share"));
  CHECK(contains(current, "The API refuses more than 20 requests a second."));
  CHECK(contains(current, "failing"));
}

TEST_CASE("a page without queues says so", "[web][status_page]") {
  CHECK(contains(page({}), "No queue is configured."));
}
