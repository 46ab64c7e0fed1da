// Passwords against their bcrypt hashes: libcrypt underneath.
#pragma once

#include <string>
#include <string_view>

#include "exporter/result.h"
#include "exporter/secret.h"

namespace taskqueue::web {

/// Takes a hash as htpasswd and others write it. All of bcrypt's letters mean the same today, so it comes back as
/// `$2y$`, which libcrypt computes without its precautions for old mistakes. The error ends a sentence about "the
/// password".
[[nodiscard]] Result<Secret, std::string> bcrypt_hash(std::string_view text);

/// Takes 50 ms at cost 10, and twice as much with each step. In a time that does not tell where they differ.
/// Thread-safe.
[[nodiscard]] bool bcrypt_matches(const Secret& hash, const Secret& password);

}  // namespace taskqueue::web
