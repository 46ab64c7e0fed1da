// Hashes and codes that signatures are made of. Bytes in, bytes or text out; OpenSSL underneath.
#pragma once

#include <string>
#include <string_view>

namespace taskqueue {

/// 32 raw bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// 32 raw bytes. `key` may hold any bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// 20 raw bytes.
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view bytes);

/// Lower-case hex.
[[nodiscard]] std::string hex(std::string_view bytes);

[[nodiscard]] std::string base64(std::string_view bytes);

/// Percent-encoding of RFC 3986: all but `A-Za-z0-9-_.~` as %XX, upper case.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// Equal in content, in a time that does not tell where they differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace taskqueue
