#include "exporter/simulator/tc3.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "exporter/api/digest.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {
namespace {

constexpr std::string_view algorithm = "TC3-HMAC-SHA256";
constexpr std::chrono::seconds tolerance{300};

Unexpected<ApiError> unreadable(const std::string& why) {
  return refuse("AuthFailure.InvalidAuthorization", "The Authorization header is not valid: " + why);
}

Unexpected<ApiError> wrong_signature() {
  return refuse("AuthFailure.SignatureFailure",
                "The provided credentials could not be validated. Please check your signature is correct.");
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(std::min(end + 1, text.size()))) {
    end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
  }
  return parts;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// What stands after `name` up to the next comma; nothing where `rest` does not begin with it.
std::optional<std::string> field(std::string_view& rest, std::string_view name) {
  if (!rest.starts_with(name)) return std::nullopt;
  rest.remove_prefix(name.size());
  const auto comma = rest.find(", ");
  std::string value(rest.substr(0, comma));
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 2);
  return value;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The signed headers as they enter the canonical request; nothing where one is missing, doubled or out of order.
std::optional<std::string> header_block(const Request& request, const std::vector<std::string>& names) {
  std::string block;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto value = request.header(names[i]);
    if (!value || names[i] != lower(names[i]) || (i > 0 && names[i - 1] >= names[i])) return std::nullopt;
    block += names[i] + ":" + lower(trimmed(*value)) + "\n";
  }
  return block;
}

std::string payload(const Request& request) {
  static constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
  if (request.header("X-TC-Content-SHA256") == unsigned_payload) return std::string(unsigned_payload);
  return request.method == "GET" ? std::string() : request.body;
}

std::string signature(std::string_view secret_key, const Tc3Claim& claim, std::string_view text) {
  const std::string date_key = hmac_sha256("TC3" + std::string(secret_key), claim.date);
  const std::string service_key = hmac_sha256(date_key, claim.service);
  return hex(hmac_sha256(hmac_sha256(service_key, "tc3_request"), text));
}

Verdict check_age(std::int64_t timestamp, const Tc3Claim& claim, WallTime now) {
  const WallTime when{std::chrono::seconds{timestamp}};
  if (claim.date != utc_date(when)) return unreadable("the date in Credential is not that of X-TC-Timestamp");
  const auto off = now - when;
  if (off > tolerance || off < -tolerance) {
    return refuse("AuthFailure.SignatureExpire",
                  "Your timestamp is off by more than 300 seconds; the server's time is " + utc_seconds(now) + ".");
  }
  return Done{};
}

}  // namespace

Result<Tc3Claim, ApiError> read_tc3_claim(const Request& request) {
  const auto header = request.header("Authorization");
  if (!header) return unreadable("there is none, or more than one");
  std::string_view rest = *header;
  if (!rest.starts_with(algorithm) || rest.substr(algorithm.size(), 1) != " ") {
    return unreadable("the algorithm must be TC3-HMAC-SHA256");
  }
  rest.remove_prefix(algorithm.size() + 1);
  const auto credential = field(rest, "Credential=");
  const auto signed_headers = field(rest, "SignedHeaders=");
  const auto mark = field(rest, "Signature=");
  if (!credential || !signed_headers || !mark || !rest.empty()) {
    return unreadable("Credential, SignedHeaders and Signature are needed, with a comma and a space between");
  }
  const auto scope = split(*credential, '/');
  if (scope.size() != 4) return unreadable("Credential must be SecretId/Date/Service/tc3_request");
  return Tc3Claim{scope[0], scope[1], scope[2], scope[3], *signed_headers, *mark};
}

Verdict check_tc3(const Request& request, const Tc3Claim& claim, std::string_view secret_key, WallTime now) {
  if (claim.terminator != "tc3_request") return unreadable("Credential must end in tc3_request");
  const auto stated = request.header("X-TC-Timestamp");
  if (!stated) return refuse("MissingParameter", "The request is missing a required parameter `X-TC-Timestamp`.");
  const auto timestamp = whole_number(*stated);
  if (!timestamp || *timestamp < 0 || *timestamp > 253402300799) {
    return refuse("InvalidParameterValue", "X-TC-Timestamp is not a time in seconds.");
  }
  if (auto age = check_age(*timestamp, claim, now); !age) return age;

  const auto names = split(claim.signed_headers, ';');
  const auto is_signed = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  if (!is_signed("content-type") || !is_signed("host")) {
    return unreadable("content-type and host must be among SignedHeaders");
  }
  const auto headers = header_block(request, names);
  if (!headers) return wrong_signature();
  const std::string query(request.method == "GET" ? request.query() : "");
  const std::string canonical = request.method + "\n/\n" + query + "\n" + *headers + "\n" + claim.signed_headers +
                                "\n" + hex(sha256(payload(request)));
  const std::string text = std::string(algorithm) + "\n" + std::string(*stated) + "\n" + claim.date + "/" +
                           claim.service + "/tc3_request\n" + hex(sha256(canonical));
  if (!equal_in_constant_time(signature(secret_key, claim, text), claim.signature)) return wrong_signature();
  return Done{};
}

}  // namespace taskqueue::simulator
