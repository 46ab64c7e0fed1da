// Where to listen, as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exporter/result.h"

namespace taskqueue::web {

struct ListenAddress {
  std::string host;        // a name or an address, IPv6 without brackets; empty: every address of the machine
  std::uint16_t port = 0;  // 0: a free one

  bool operator==(const ListenAddress&) const = default;
};

/// Reads `:19160`, `127.0.0.1:0`, `[::1]:19160`, `localhost:19160`. The error is a sentence that names the text.
[[nodiscard]] Result<ListenAddress, std::string> parse_listen_address(std::string_view text);

/// `127.0.0.1:19160`, `[::1]:19160`
[[nodiscard]] std::string text(const ListenAddress& address);

}  // namespace taskqueue::web
