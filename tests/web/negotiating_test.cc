// Which format and which coding a client gets, over the wire: the headers of real clients and of strange ones.
#include <zlib.h>

#include <memory>

#include "exporter/web/pages.h"
#include "exporter/web/scrape_desk.h"
#include "tests/bench/ten_thousand.h"
#include "tests/catch.h"
#include "tests/web/raw_client.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace taskqueue::web::raw;

namespace {

const std::string t004 = "text/plain; version=0.0.4; charset=utf-8";
const std::string t100 = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores";
const std::string t100_wide = "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
const std::string om = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";
const std::string om_wide = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8";

const std::string prometheus_2_42 =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const std::string prometheus_3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
const std::string prometheus_3_protobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6," + prometheus_3;

/// One queue of the ten thousand series, served by our pages.
struct Counter {
  Counter() {
    auto queue = bench::busy_queue(1, clock.wall_now());
    shelf.arrange({queue.labels});
    shelf.publish(queue.labels, queue.status, std::make_shared<const Snapshot>(std::move(queue.snapshot)),
                  clock.wall_now());
  }
  Site site() {
    Site site;
    site.view = [this] { return shelf.view(clock.wall_now()); };
    site.metrics = [this](const std::vector<std::string>& queues, Shape shape) { return desk.answer(queues, shape); };
    return site;
  }

  SystemClock clock;
  Shelf shelf;
  ScrapeDesk desk{shelf, clock, [] { return std::vector<FamilyText>{}; }};
  Fixture house{pages(site(), clock)};
};

std::string gunzip(std::string bytes) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
  std::string text(4'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  ::inflateEnd(&stream);
  text.resize(text.size() - stream.avail_out);
  return text;
}

Answer ask(Client& client, const std::string& headers, const std::string& method = "GET") {
  client.send(method + " /metrics HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
  return client.receive(method == "HEAD");
}

struct Case {
  std::string accept;
  std::string type;
};

const std::vector<Case> formats_asked{
    // Prometheus, old and new, and those who copied it.
    {prometheus_2_42, om},
    {prometheus_3, om_wide},
    {prometheus_3_protobuf, om_wide},
    {"application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", t004},
    {"application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.75,*/*;q=0.1", t004},
    {"text/plain;version=0.0.4;q=1,*/*;q=0.1", t004},
    {"text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.2", t100_wide},
    {"application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; q=0.7, "
     "text/plain; version=0.0.4; q=0.3",
     t004},
    {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", t004},
    // Python's client, VictoriaMetrics' and Telegraf's agents, curl, browsers.
    {"application/openmetrics-text; version=1.0.0; charset=utf-8", om},
    {"text/plain;version=0.0.4;q=1,*/*;q=0.1, application/openmetrics-text;version=1.0.0;q=0.5", t004},
    {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
     "text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
     t004},
    {"*/*", t004},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", t004},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", t004},
    {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", t004},
    {"application/json", t004},
    // Wildcards and versions.
    {"text/*", t004},
    {"text/*;q=0.5, application/*;q=0.9", om},
    {"application/*", om},
    {"application/openmetrics-text", om},
    {"application/openmetrics-text, */*", om},
    {"*/*, application/openmetrics-text", om},
    {"text/plain", t004},
    {"text/plain;version=1.0.0", t100},
    {"text/plain;version=0.0.4", t004},
    {"text/plain;version=0.0.3", t004},
    {"text/plain;version=2.0.0", t004},
    {"application/openmetrics-text;version=2.0.0", t004},
    {"application/openmetrics-text;version=2.0.0, application/openmetrics-text;version=1.0.0;q=0.1", om},
    // Equal qualities: the one named more exactly, then the one named first.
    {"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4", om},
    {"text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0", t004},
    {"text/plain,application/openmetrics-text;version=1.0.0", om},
    {"text/plain;version=1.0.0,text/plain;version=0.0.4", t100},
    // Refused by name, whatever the wildcard says; and everything refused.
    {"text/plain;version=0.0.4;q=0, */*", t100},
    {"text/plain;q=0, */*", om},
    {"application/openmetrics-text;q=0, text/plain;version=0.0.4;q=0.1", t004},
    {"application/openmetrics-text;q=0.0, */*;q=0.5", t004},
    {"*/*;q=0", t004},
    {"text/plain;q=0,application/openmetrics-text;q=0", t004},
    // Qualities and spellings at the edge.
    {"application/openmetrics-text;version=1.0.0;q=1.000,text/plain;version=0.0.4;q=0.999", om},
    {"application/openmetrics-text;version=1.0.0;q=0.001,text/html", om},
    {"APPLICATION/OpenMetrics-Text;Version=1.0.0;Q=0.9,Text/Plain;q=0.1", om},
    {"application/openmetrics-text ; version=1.0.0 ; q=0.9 , text/plain ; q=0.1", om},
    {"application/openmetrics-text; version=\"1.0.0\"; charset=\"utf-8, or so; q=0\"", om},
    {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=1.0.0;q=0.9,"
     "text/plain;version=0.0.4;q=0.7",
     om},
    // Escaping: what only widens what names may hold can be granted; the others would change names.
    {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8", om_wide},
    {"application/openmetrics-text;version=1.0.0;escaping=underscores", om},
    {"application/openmetrics-text;version=1.0.0;escaping=dots", om},
    {"application/openmetrics-text;version=1.0.0;escaping=values", om},
    {"application/openmetrics-text;version=1.0.0;escaping=nonsense", om},
    {"text/plain;version=0.0.4;escaping=allow-utf-8", t004},
    {"text/plain;version=1.0.0;escaping=dots", t100},
    // Broken: such an element says nothing, the others stand.
    {"", t004},
    {",,,", t004},
    {";;;", t004},
    {"q=1", t004},
    {"application/openmetrics-text;q=high", t004},
    {"application/openmetrics-text;version=1.0.0;q=2", t004},
    {"application/openmetrics-text;version=1.0.0;q=-0.5", t004},
    {"application/openmetrics-text;version=1.0.0;q=", t004},
    {"application/openmetrics-text;version=1.0.0;q=nan, text/plain;version=1.0.0", t100},
    {"application/openmetrics-text;version=\"1.0.0", t004},
    {"application/openmetrics-text version=1.0.0", t004},
    {"text/plain;version=1.0.0;;;q=0.5", t100},
};

struct Coding {
  std::string accept_encoding;
  bool gzip;
};

const std::vector<Coding> codings_asked{
    {"gzip", true},                     // Prometheus
    {"gzip, deflate", true},            // Python's requests
    {"gzip, deflate, br, zstd", true},  // browsers
    {"deflate, gzip, br, zstd", true},  // curl --compressed
    {"identity", false},                // Python's urllib
    {"", false},
    {"*", true},
    {"*;q=0.1", true},
    {"*;q=0", false},
    {"gzip;q=0", false},
    {"gzip;q=0.0", false},
    {"gzip;q=0.000, *", false},
    {"gzip;q=0, *;q=1", false},
    {"identity;q=0", true},
    {"identity;q=0, gzip", true},
    {"identity;q=0, *", true},
    {"identity;q=0, gzip;q=0", false},
    {"identity;q=0, *;q=0", false},
    {"gzip;q=0.5", true},
    {"gzip;q=0.5, identity;q=0.5", true},
    {"gzip;q=0.5, identity", false},
    {"gzip;q=0.5, identity;q=0.1", true},
    {"gzip;q=0.5, *;q=0.8", false},
    {"gzip;q=0.8, *;q=0.5", true},
    {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
    {"br, zstd", false},
    {"deflate", false},
    {"compress, x-gzip", true},
    {"GZIP", true},
    {" gzip ; q=1 ", true},
    {"gzip;q=", false},
    {"gzip;q=2", false},
    {"gzip;q=yes, deflate", false},
    {"gzipped", false},
    {"xgzip, not-gzip", false},
    {",,gzip,,", true},
    {"gzip;q=0.001", true},
    {"gzip;level=9", true},
};

}  // namespace

TEST_CASE("every Accept header gets exactly its format", "[web][negotiating]") {
  Counter counter;
  Client client(counter.house.port());
  for (const auto& [accept, type] : formats_asked) {
    CAPTURE(accept);
    const Answer answer = ask(client, "Accept: " + accept + "\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.has("Content-Type: " + type));
    CHECK(answer.has("Vary: Accept, Accept-Encoding"));
    CHECK(answer.head.find("Content-Encoding") == std::string::npos);
    CHECK(answer.body.ends_with("# EOF\n") == type.starts_with("application/openmetrics-text"));
    CHECK((answer.body.find("# {task_id=") != std::string::npos) == type.starts_with("application/openmetrics-text"));
  }
  CHECK(ask(client, "").has("Content-Type: " + t004));
}

TEST_CASE("every Accept-Encoding header gets exactly its coding", "[web][negotiating]") {
  Counter counter;
  Client client(counter.house.port());
  const std::string plain = ask(client, "").body;
  CHECK(plain.size() > 100'000);
  for (const auto& [accept_encoding, gzip] : codings_asked) {
    CAPTURE(accept_encoding);
    const Answer answer = ask(client, "Accept-Encoding: " + accept_encoding + "\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.has("Content-Type: " + t004));
    CHECK(answer.has("Vary: Accept, Accept-Encoding"));
    CHECK(answer.has("Content-Encoding: gzip") == gzip);
    CHECK((gzip ? gunzip(answer.body) : answer.body) == plain);
  }
}

TEST_CASE("several headers of a name are one list", "[web][negotiating]") {
  Counter counter;
  Client client(counter.house.port());
  const Answer answer =
      ask(client,
          "Accept: text/plain;q=0.1\r\nAccept-Encoding: identity;q=0.5\r\n"
          "accept: application/openmetrics-text;version=1.0.0;q=0.9\r\naccept-encoding: gzip;q=0.7\r\n");
  CHECK(answer.has("Content-Type: " + om));
  CHECK(answer.has("Content-Encoding: gzip"));
}

TEST_CASE("HEAD has the same headers, length included", "[web][negotiating]") {
  Counter counter;
  Client client(counter.house.port());
  const std::string headers = "Accept: " + prometheus_3 + "\r\nAccept-Encoding: gzip\r\n";
  const Answer whole = ask(client, headers);
  const Answer head = ask(client, headers, "HEAD");
  const auto without_date = [](std::string text) { return text.erase(text.find("Date: "), 37); };
  CHECK(without_date(head.head) == without_date(whole.head));
  CHECK(Client::content_length(head.head) == whole.body.size());
  CHECK(ask(client, headers).status == 200);
}

TEST_CASE("a header as long as heads may be does no harm", "[web][negotiating]") {
  Counter counter;
  Client client(counter.house.port());
  std::string accept = "Accept: ";
  while (accept.size() < 15'000) accept += "a/b;q=0.5,";
  CHECK(ask(client, accept + "text/plain;version=1.0.0\r\n").has("Content-Type: " + t100));
}
