#include "exporter/simulator/acs.h"

#include <algorithm>

#include "exporter/api/digest.h"
#include "exporter/simulator/parameters.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {
namespace {

constexpr std::string_view algorithm = "ACS3-HMAC-SHA256";
constexpr std::chrono::minutes tolerance{15};

Unexpected<ApiError> does_not_match(const std::string& text) {
  return refuse("SignatureDoesNotMatch",
                "Specified signature is not matched with our calculation. server string to sign is:" + text);
}

Unexpected<ApiError> missing(const std::string& name) {
  return refuse("MissingParameter",
                "The input parameter \"" + name + "\" that is mandatory for processing this request is not supplied.");
}

/// `name=value` out of a list with commas.
std::string field(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view item = list.substr(0, comma);
    if (item.starts_with(name) && item.substr(name.size(), 1) == "=") return std::string(item.substr(name.size() + 1));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return {};
}

Verdict check_age(const std::string& time, WallTime now) {
  const auto when = time.size() == 20 ? parse_utc(time) : std::nullopt;
  if (!when) return refuse("InvalidTimeStamp.Format", "The timestamp must have the form yyyy-MM-ddTHH:mm:ssZ.");
  if (now - *when > tolerance || *when - now > tolerance) {
    return refuse("InvalidTimeStamp.Expired", "The timestamp is off by more than 15 minutes.");
  }
  return Done{};
}

Verdict check_rpc(const Request& request, const AcsParameters& parameters, const AcsClaim& claim,
                  std::string_view secret) {
  if (parameters.find("SignatureMethod") != "HMAC-SHA1" || parameters.find("SignatureVersion") != "1.0") {
    return refuse("InvalidParameter.SignatureMethod", "Only HMAC-SHA1 in version 1.0 is supported.");
  }
  const std::string text = request.method + "&%2F&" + percent_encode(parameters.canonical());
  const std::string right = base64(hmac_sha1(std::string(secret) + "&", text));
  return equal_in_constant_time(right, claim.signature) ? Verdict(Done{}) : does_not_match(text);
}

/// The names that must be signed: host, content-type if sent, and everything that begins with x-acs-.
std::vector<std::string> names_to_sign(const Request& request) {
  std::vector<std::string> names;
  for (const Header& header : request.headers) {
    const std::string name = lower(header.name);
    if (name == "host" || name == "content-type" || name.starts_with("x-acs-")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Verdict check_v3(const Request& request, const AcsParameters& parameters, const AcsClaim& claim,
                 std::string_view secret) {
  std::string list;
  std::string block;
  for (const std::string& name : names_to_sign(request)) {
    list += (list.empty() ? "" : ";") + name;
    block += name + ":" + std::string(request.header(name).value_or("")) + "\n";
  }
  const std::string hash(request.header("x-acs-content-sha256").value_or(""));
  const std::string canonical =
      request.method + "\n/\n" + parameters.canonical() + "\n" + block + "\n" + claim.signed_headers + "\n" + hash;
  const std::string text = std::string(algorithm) + "\n" + hex(sha256(canonical));
  const bool right = claim.signed_headers == list && hash == hex(sha256(request.body)) &&
                     equal_in_constant_time(hex(hmac_sha256(secret, text)), claim.signature);
  return right ? Verdict(Done{}) : does_not_match(text);
}

}  // namespace

AcsParameters::AcsParameters(const Request& request) {
  const auto take = [this](std::string_view text) {
    while (!text.empty()) {
      const auto end = text.find('&');
      const std::string_view pair = text.substr(0, end);
      const auto equals = pair.find('=');
      const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
      if (!pair.empty()) pairs_.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  };
  take(request.query());
  if (lower(request.header("Content-Type").value_or("")).starts_with("application/x-www-form-urlencoded")) {
    take(request.body);
  }
}

std::optional<std::string> AcsParameters::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string AcsParameters::canonical() const {
  auto sorted = pairs_;
  std::ranges::sort(sorted);
  std::string text;
  for (const auto& [name, value] : sorted) {
    if (name == "Signature") continue;
    if (!text.empty()) text += '&';
    text += percent_encode(name) + "=" + percent_encode(value);
  }
  return text;
}

AcsClaim read_acs_claim(const Request& request, const AcsParameters& parameters) {
  const auto header = [&](std::string_view name) { return std::string(request.header(name).value_or("")); };
  const std::string authorization = header("Authorization");
  if (authorization.starts_with(std::string(algorithm) + " ")) {
    const std::string_view fields = std::string_view(authorization).substr(algorithm.size() + 1);
    return {.v3 = true,
            .key_id = field(fields, "Credential"),
            .action = header("x-acs-action"),
            .version = header("x-acs-version"),
            .time = header("x-acs-date"),
            .nonce = header("x-acs-signature-nonce"),
            .token = header("x-acs-security-token"),
            .signature = field(fields, "Signature"),
            .signed_headers = field(fields, "SignedHeaders")};
  }
  const auto parameter = [&](std::string_view name) { return parameters.find(name).value_or(""); };
  return {.key_id = parameter("AccessKeyId"),
          .action = parameter("Action"),
          .version = parameter("Version"),
          .time = parameter("Timestamp"),
          .nonce = parameter("SignatureNonce"),
          .token = parameter("SecurityToken"),
          .signature = parameter("Signature")};
}

Verdict check_acs(const Request& request, const AcsParameters& parameters, const AcsClaim& claim,
                  std::string_view secret, WallTime now) {
  if (claim.signature.empty()) return refuse("IncompleteSignature", "The request has no signature.");
  if (claim.nonce.empty()) return missing(claim.v3 ? "x-acs-signature-nonce" : "SignatureNonce");
  if (claim.time.empty()) return missing(claim.v3 ? "x-acs-date" : "Timestamp");
  if (auto age = check_age(claim.time, now); !age) return age;
  return claim.v3 ? check_v3(request, parameters, claim, secret) : check_rpc(request, parameters, claim, secret);
}

}  // namespace taskqueue::simulator
