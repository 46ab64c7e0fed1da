// Go's names of ciphers and curves in OpenSSL's words, and the names that a certificate gives its owner.
#pragma once

#include <string>
#include <vector>

#include "exporter/web/tls_context.h"

struct x509_st;

namespace taskqueue::web {

/// OpenSSL's two lists. Empty: leave OpenSSL's own choice (TLS 1.3), or nothing of TLS 1.2 is wanted.
struct CipherLists {
  std::string tls12;
  std::string tls13;
};

/// No suites: what is strong, in either version.
[[nodiscard]] CipherLists cipher_lists(const std::vector<std::string>& suites);

[[nodiscard]] std::string group_list(const std::vector<std::string>& curves);

/// DNS names, e-mail addresses, IP addresses and URIs, as text.
[[nodiscard]] std::vector<std::string> alternative_names(const x509_st* certificate);

}  // namespace taskqueue::web
