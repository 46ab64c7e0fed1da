#include "exporter/tencent/tc3.h"

#include <chrono>
#include <string>

#include "exporter/api/digest.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

constexpr std::string_view signed_headers = "content-type;host";

std::string_view header(const HttpRequest& request, std::string_view name) {
  for (const Header& each : request.headers) {
    if (each.name == name) return each.value;
  }
  return {};
}

std::string unix_text(WallTime now) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
}

std::string canonical_request(const HttpRequest& request) {
  const std::size_t question = request.target.find('?');
  const std::string query = question == std::string::npos ? "" : request.target.substr(question + 1);
  std::string text = request.method + "\n/\n" + query + "\ncontent-type:";
  text.append(header(request, "Content-Type")).append("\nhost:").append(header(request, "Host")).append("\n\n");
  text.append(signed_headers).append("\n").append(hex(sha256(request.body)));
  return text;
}

Secret make_signing_key(const Secret& key, std::string_view date, std::string_view service) {
  const std::string date_key = hmac_sha256("TC3" + key.reveal(), date);
  return Secret(hmac_sha256(hmac_sha256(date_key, service), "tc3_request"));
}

}  // namespace

void sign_tc3(HttpRequest& request, std::string_view service, const Credentials& credentials, WallTime now) {
  Tc3Signer(std::string(service)).sign(request, credentials, now);
}

Secret Tc3Signer::signing_key(const Secret& key, const std::string& date) const {
  const Lock lock(mutex_);
  if (date_ != date || made_of_ != key) {
    kept_ = make_signing_key(key, date, service_);
    made_of_ = key;
    date_ = date;
  }
  return kept_;
}

void Tc3Signer::sign(HttpRequest& request, const Credentials& credentials, WallTime now) const {
  const std::string timestamp = unix_text(now);
  const std::string date = utc_date(now);
  const std::string scope = date + "/" + service_ + "/tc3_request";
  const std::string to_sign =
      "TC3-HMAC-SHA256\n" + timestamp + "\n" + scope + "\n" + hex(sha256(canonical_request(request)));

  const std::string signature = hex(hmac_sha256(signing_key(credentials.key, date).reveal(), to_sign));

  request.headers.push_back({"X-TC-Timestamp", timestamp});
  if (!credentials.token.empty()) request.headers.push_back({"X-TC-Token", credentials.token.reveal()});
  request.headers.push_back({"Authorization", "TC3-HMAC-SHA256 Credential=" + credentials.id + "/" + scope +
                                                  ", SignedHeaders=" + std::string(signed_headers) +
                                                  ", Signature=" + signature});
}

void mark_unsigned(HttpRequest& request, WallTime now) {
  request.headers.push_back({"X-TC-Timestamp", unix_text(now)});
  request.headers.push_back({"Authorization", "SKIP"});
}

}  // namespace taskqueue
