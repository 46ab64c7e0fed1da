// Compression in pieces: each text is deflated on its own, once, and a gzip body is put together from the results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace taskqueue {

/// A text as raw deflate data (RFC 1951), flushed but not finished: others may follow it.
struct Deflated {
  std::string bytes;
  std::size_t length = 0;      // of the text
  std::uint32_t crc = 0;       // of the text
  std::uint32_t shift_by = 0;  // moves a checksum over that length, so that adding it to another takes no time
};

enum class Effort {
  thorough,  // for what is kept
  quick,     // for what is sent once
};

/// Throws std::bad_alloc, nothing else.
[[nodiscard]] Deflated deflate(std::string_view text, Effort effort = Effort::thorough);

/// What stands before the pieces of a gzip body (RFC 1952).
[[nodiscard]] std::string_view gzip_head();

/// Adds up what stands after the pieces.
class GzipEnd {
 public:
  /// In the order of the body.
  void add(const Deflated& piece);
  /// The final block, checksum and length.
  [[nodiscard]] std::string bytes() const;

 private:
  std::uint32_t crc_ = 0;
  std::size_t length_ = 0;
};

}  // namespace taskqueue
