#include "exporter/metrics/exposition.h"

#include <zlib.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "exporter/metrics/instruments.h"
#include "exporter/metrics/process.h"
#include "tests/bench/ten_thousand.h"
#include "tests/catch.h"

using namespace taskqueue;

namespace {

const WallTime now{std::chrono::seconds{1772359200}};

std::vector<Rendering> busy() {
  std::vector<Rendering> renderings;
  for (const auto& queue : bench::ten_thousand_series(now)) {
    renderings.push_back(render(queue.labels, queue.status, &queue.snapshot, now));
  }
  return renderings;
}

std::vector<const Rendering*> pointers(const std::vector<Rendering>& renderings) {
  std::vector<const Rendering*> all;
  for (const Rendering& each : renderings) all.push_back(&each);
  return all;
}

/// As a client would, with the checks of checksum and length that zlib makes.
std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
  std::string text(32'000'000, '\0');
  std::string input = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int outcome = ::inflate(&stream, Z_FINISH);
  ::inflateEnd(&stream);
  CHECK(outcome == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  text.resize(text.size() - stream.avail_out);
  return text;
}

/// The sample lines, without what OpenMetrics puts on them.
std::vector<std::string> samples(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) found.push_back(line.substr(0, line.find(" # {")));
  }
  return found;
}

}  // namespace

TEST_CASE("a family is headed once, whatever the number of queues", "[metrics][exposition]") {
  const auto renderings = busy();
  Instruments instruments;
  auto own = instruments.collect();
  for (auto& family : process_families()) own.push_back(std::move(family));
  for (const Format format : formats) {
    const std::string out = joined(Exposition().join(pointers(renderings), own, {.format = format}));
    std::map<std::string, int> heads;
    for (std::size_t at = out.find("# TYPE "); at != std::string::npos; at = out.find("# TYPE ", at + 1)) {
      ++heads[out.substr(at + 7, out.find(' ', at + 7) - at - 7)];
    }
    for (const auto& [name, count] : heads) {
      CAPTURE(name);
      CHECK(count == 1);
    }
    CHECK(heads.size() > 20);
    CHECK(out.back() == '\n');
  }
}

TEST_CASE("every format has the same samples", "[metrics][exposition]") {
  const auto renderings = busy();
  const std::vector<FamilyText> own = Instruments().collect();
  const Exposition exposition;
  const auto in = [&](Format format) { return joined(exposition.join(pointers(renderings), own, {.format = format})); };
  const std::string plain = in(Format::text_0_0_4);
  const std::string open = in(Format::openmetrics);
  CHECK(samples(plain).size() > 9'900);
  CHECK(samples(plain) == samples(open));
  CHECK(plain == in(Format::text_1_0_0));
  CHECK(open.ends_with("\n# EOF\n"));
  CHECK(open.find("# {task_id=\"2459-") != std::string::npos);
  CHECK(plain.find("# EOF") == std::string::npos);
  CHECK(plain.find("task_id") == std::string::npos);
}

TEST_CASE("a gzip body unpacks to the same text, whoever asks first", "[metrics][exposition]") {
  const Exposition exposition;
  const std::vector<FamilyText> own = Instruments().collect();
  const auto format = GENERATE(Format::openmetrics, Format::text_0_0_4);
  for (const bool gzip_first : {true, false}) {
    const auto renderings = busy();
    const auto in = [&](bool gzip) { return joined(exposition.join(pointers(renderings), own, {format, gzip})); };
    const std::string first = in(gzip_first);
    const std::string second = in(!gzip_first);
    const std::string& packed = gzip_first ? first : second;
    CHECK(gunzip(packed) == (gzip_first ? second : first));
    CHECK(packed.size() * 8 < joined(exposition.join(pointers(renderings), own, {format, false})).size());
    CHECK(in(true) == packed);
  }
}

TEST_CASE("an answer without queues and without ourselves is still whole", "[metrics][exposition]") {
  const Exposition exposition;
  CHECK(joined(exposition.join({}, {}, {})).empty());
  CHECK(joined(exposition.join({}, {}, {.format = Format::openmetrics})) == "# EOF\n");
  CHECK(gunzip(joined(exposition.join({}, {}, {.gzip = true}))).empty());
  CHECK(gunzip(joined(exposition.join({}, {}, {Format::openmetrics, true}))) == "# EOF\n");
}

TEST_CASE("long texts are shared with the rendering, not copied", "[metrics][exposition]") {
  const auto renderings = busy();
  const Exposition exposition;
  const Pieces pieces = exposition.join(pointers(renderings), {}, {});
  std::size_t whole = 0;
  std::size_t copied = 0;
  for (const SharedText& piece : pieces) {
    whole += piece->size();
    const bool is_shared = std::ranges::any_of(renderings, [&](const Rendering& rendering) {
      return std::ranges::any_of(rendering,
                                 [&](const auto& fragment) { return &fragment.lines->plain() == piece.get(); });
    });
    if (!is_shared) copied += piece->size();
  }
  CHECK(copied * 4 < whole);
  CHECK(pieces.size() < 64);
}
