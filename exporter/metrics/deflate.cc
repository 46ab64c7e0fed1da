#include "exporter/metrics/deflate.h"

#include <zlib.h>

#include <cassert>
#include <memory>
#include <new>

namespace taskqueue {
namespace {

struct EndStream {
  void operator()(z_stream* stream) const { ::deflateEnd(stream); }
};

/// The smallest window that holds the text: a stream for a few lines need not clear a quarter of a megabyte.
int window_bits(std::size_t length) {
  int bits = 9;
  while (bits < MAX_WBITS && (std::size_t{1} << bits) < length) ++bits;
  return bits;
}

}  // namespace

Deflated deflate(std::string_view text, Effort effort) {
  z_stream stream{};
  const int bits = window_bits(text.size());
  const int memory = bits - (MAX_WBITS - MAX_MEM_LEVEL + 1);  // zlib's own ratio of the two
  const int level = effort == Effort::quick ? Z_BEST_SPEED : Z_DEFAULT_COMPRESSION;
  if (::deflateInit2(&stream, level, Z_DEFLATED, -bits, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, EndStream> ends(&stream);
  Deflated made;
  made.bytes.resize(::deflateBound(&stream, static_cast<uLong>(text.size())) + 16);  // 16: the flush
  // zlib does not write through next_in, but its type says so.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(made.bytes.data());
  stream.avail_out = static_cast<uInt>(made.bytes.size());
  ::deflate(&stream, Z_SYNC_FLUSH);
  assert(stream.avail_in == 0 && stream.avail_out > 0);
  made.bytes.resize(made.bytes.size() - stream.avail_out);
  made.bytes.shrink_to_fit();
  made.length = text.size();
  made.crc = static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
  made.shift_by = static_cast<std::uint32_t>(::crc32_combine_gen(static_cast<z_off_t>(text.size())));
  return made;
}

std::string_view gzip_head() {
  // Magic, deflate, no flags, no time, nothing about the compressor, Unix.
  static constexpr char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
  return {head, sizeof head - 1};
}

void GzipEnd::add(const Deflated& piece) {
  crc_ = static_cast<std::uint32_t>(::crc32_combine_op(crc_, piece.crc, piece.shift_by));
  length_ += piece.length;
}

std::string GzipEnd::bytes() const {
  std::string out{'\x03', '\0'};  // an empty block that is the last
  for (const std::uint32_t number : {crc_, static_cast<std::uint32_t>(length_)}) {
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>((number >> shift) & 0xffU);
  }
  return out;
}

}  // namespace taskqueue
