#include "exporter/web/tls_names.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace taskqueue::web {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> groups{
    {{"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}}};

/// Those of TLS 1.3 have no key exchange in their name.
bool is_tls13(std::string_view suite) { return suite.find("_WITH_") == std::string_view::npos; }

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list.append(name);
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return {};
  const char* const written = inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
  return written == nullptr ? "" : written;
}

std::string ia5_text(const ASN1_IA5STRING* text) {
  const auto* const begin = ASN1_STRING_get0_data(text);
  return {begin, begin + ASN1_STRING_length(text)};
}

std::string name_text(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS: return ia5_text(name.d.dNSName);
    case GEN_EMAIL: return ia5_text(name.d.rfc822Name);
    case GEN_URI: return ia5_text(name.d.uniformResourceIdentifier);
    case GEN_IPADD: return ip_text(name.d.iPAddress);
    default: return {};
  }
}

}  // namespace

const std::vector<std::string_view>& cipher_suite_names() {
  static const std::vector<std::string_view> names{"TLS_AES_128_GCM_SHA256",
                                                   "TLS_AES_256_GCM_SHA384",
                                                   "TLS_CHACHA20_POLY1305_SHA256",
                                                   "TLS_RSA_WITH_AES_128_CBC_SHA",
                                                   "TLS_RSA_WITH_AES_256_CBC_SHA",
                                                   "TLS_RSA_WITH_AES_128_GCM_SHA256",
                                                   "TLS_RSA_WITH_AES_256_GCM_SHA384",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                                                   "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                                   "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                                   "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                                   "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                                   "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                                   "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"};
  return names;
}

const std::vector<std::string_view>& curve_names() {
  static const std::vector<std::string_view> names{groups[0].first, groups[1].first, groups[2].first, groups[3].first};
  return names;
}

CipherLists cipher_lists(const std::vector<std::string>& suites) {
  if (suites.empty()) return {.tls12 = "ECDHE+AESGCM:ECDHE+CHACHA20", .tls13 = ""};
  CipherLists lists;
  for (const std::string& suite : suites) {
    if (is_tls13(suite)) {
      append(lists.tls13, suite);
    } else {
      append(lists.tls12, OPENSSL_cipher_name(suite.c_str()));
    }
  }
  return lists;
}

std::string group_list(const std::vector<std::string>& curves) {
  std::string list;
  for (const std::string& curve : curves) {
    const auto* const found =
        std::ranges::find(groups, std::string_view(curve), &std::pair<std::string_view, std::string_view>::first);
    if (found != groups.end()) append(list, found->second);
  }
  return list;
}

std::vector<std::string> alternative_names(const x509_st* certificate) {
  const auto free_names = [](GENERAL_NAMES* names) { GENERAL_NAMES_free(names); };
  const std::unique_ptr<GENERAL_NAMES, decltype(free_names)> found(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)), free_names);
  std::vector<std::string> names;
  for (int i = 0; found && i < sk_GENERAL_NAME_num(found.get()); ++i) {
    std::string name = name_text(*sk_GENERAL_NAME_value(found.get(), i));
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace taskqueue::web
