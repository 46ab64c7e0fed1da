#include "exporter/alibaba/acs3.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "exporter/api/digest.h"
#include "exporter/ascii.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What the signature covers of the headers, by lower-case name in order.
std::map<std::string, std::string_view> signed_headers(const HttpRequest& request) {
  std::map<std::string, std::string_view> chosen;
  for (const Header& each : request.headers) {
    const std::string name = lower_case(each.name);
    if (name == "host" || name == "content-type" || name.starts_with("x-acs-")) chosen[name] = trimmed(each.value);
  }
  return chosen;
}

}  // namespace

void sign_acs3(HttpRequest& request, const Credentials& credentials, WallTime now, const std::string& nonce) {
  const std::string payload = hex(sha256(request.body));
  request.headers.push_back({"x-acs-date", utc_seconds(now)});
  request.headers.push_back({"x-acs-signature-nonce", nonce});
  request.headers.push_back({"x-acs-content-sha256", payload});
  if (!credentials.token.empty()) request.headers.push_back({"x-acs-security-token", credentials.token.reveal()});

  const std::size_t question = request.target.find('?');
  std::string canonical = request.method + "\n/\n";
  if (question != std::string::npos) canonical.append(request.target, question + 1);
  canonical += '\n';
  std::string names;
  for (const auto& [name, value] : signed_headers(request)) {
    canonical.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  canonical.append("\n").append(names).append("\n").append(payload);

  const std::string to_sign = "ACS3-HMAC-SHA256\n" + hex(sha256(canonical));
  request.headers.push_back({"Authorization", "ACS3-HMAC-SHA256 Credential=" + credentials.id +
                                                  ",SignedHeaders=" + names +
                                                  ",Signature=" + hex(hmac_sha256(credentials.key.reveal(), to_sign))});
}

}  // namespace taskqueue
