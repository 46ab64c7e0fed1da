#include "exporter/metrics/deflate.h"

#include <zlib.h>

#include <random>
#include <vector>

#include "tests/catch.h"

using namespace taskqueue;

namespace {

std::string text_of(std::size_t length, unsigned seed) {
  std::minstd_rand random(seed);
  std::string text;
  while (text.size() < length) text += "name{label=\"" + std::to_string(random() % 1000) + "\"} 1\n";
  text.resize(length);
  return text;
}

std::string unpack(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
  std::string text(4'000'000, '\0');
  std::string input = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  ::inflateEnd(&stream);
  text.resize(text.size() - stream.avail_out);
  return text;
}

}  // namespace

TEST_CASE("texts deflated one by one unpack as one, whatever their lengths", "[metrics][deflate]") {
  std::vector<std::size_t> lengths{0, 1, 511, 512, 513, 4'095, 4'097, 32'767, 32'768, 32'769, 70'000, 0, 1'000'000, 3};
  const auto effort = GENERATE(Effort::thorough, Effort::quick);
  std::string body(gzip_head());
  std::string whole;
  GzipEnd end;
  unsigned seed = 0;
  for (const std::size_t length : lengths) {
    const std::string text = text_of(length, ++seed);
    const Deflated piece = deflate(text, effort);
    CHECK(piece.length == length);
    body += piece.bytes;
    end.add(piece);
    whole += text;
  }
  CHECK(unpack(body + end.bytes()) == whole);
}

TEST_CASE("what cannot be compressed grows by little", "[metrics][deflate]") {
  std::minstd_rand random(7);
  std::string noise(100'000, '\0');
  for (char& c : noise) c = static_cast<char>(random() >> 8U);
  const Deflated piece = deflate(noise);
  CHECK(piece.bytes.size() < noise.size() + 200);
  GzipEnd end;
  end.add(piece);
  CHECK(unpack(std::string(gzip_head()) + piece.bytes + end.bytes()) == noise);
}
