#include "exporter/simulator/token_service.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

#include "exporter/utc.h"

namespace taskqueue::simulator {
namespace {

/// What both clouds ask, in the words of this house.
struct Wish {
  std::string role_arn;
  std::string session_name;
  std::string external_id;
  std::string provider;  // of the identity
  std::string token;
  std::int64_t seconds = 0;
};

/// The words of one cloud for what can be wrong.
struct Refusals {
  ApiError no_role;
  ApiError not_allowed;
  ApiError bad_token;
  ApiError bad_duration;
  ApiError bad_session;
};

bool is_session_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".@_-").find(c) != std::string_view::npos;
  };
  return name.size() >= 2 && name.size() <= 64 && std::ranges::all_of(name, allowed);
}

Result<CloudKey, ApiError> grant(const RoleQuestion& question, const Wish& wish, const std::string& provider,
                                 const Refusals& refusals, std::int64_t most_seconds) {
  const auto& accounts = question.estate.plan().accounts;
  const auto owner = std::ranges::find_if(accounts, [&](const AccountPlan& each) {
    return each.provider == provider && !each.role_arn.empty() && each.role_arn == wish.role_arn;
  });
  if (owner == accounts.end()) return Unexpected(refusals.no_role);
  if (!is_session_name(wish.session_name)) return Unexpected(refusals.bad_session);
  if (wish.seconds < 900 || wish.seconds > most_seconds) return Unexpected(refusals.bad_duration);
  if (question.caller == nullptr) {
    if (wish.token.empty() || wish.provider != owner->oidc_provider || wish.token != owner->oidc_token) {
      return Unexpected(refusals.bad_token);
    }
  } else if (question.caller->provider != provider || wish.external_id != owner->external_id) {
    return Unexpected(refusals.not_allowed);
  }
  return question.keys.issue(*owner, question.now, std::chrono::seconds{wish.seconds});
}

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Result<Json, ApiError> tencent_role_keys(const RoleQuestion& question, const Json& parameters) {
  static const Refusals refusals{{"ResourceNotFound.RoleNotFound", "The role does not exist.", 200},
                                 {"UnauthorizedOperation", "You are not authorized to assume this role.", 200},
                                 {"InvalidParameter.WebIdentityTokenError", "The token is not valid.", 200},
                                 {"InvalidParameter.OverTimeError", "DurationSeconds is out of range.", 200},
                                 {"InvalidParameter.ParamError", "RoleSessionName is not valid.", 200}};
  const Wish wish{.role_arn = parameters.value("RoleArn", ""),
                  .session_name = parameters.value("RoleSessionName", ""),
                  .external_id = parameters.value("ExternalId", ""),
                  .provider = parameters.value("ProviderId", ""),
                  .token = parameters.value("WebIdentityToken", ""),
                  .seconds = parameters.value("DurationSeconds", std::int64_t{7200})};
  const auto key = grant(question, wish, "tencent", refusals, 43200);
  if (!key) return Unexpected(key.error());
  return Json{{"Credentials", {{"Token", key->token}, {"TmpSecretId", key->id}, {"TmpSecretKey", key->secret}}},
              {"ExpiredTime", std::chrono::floor<std::chrono::seconds>(*key->expiry).time_since_epoch().count()},
              {"Expiration", utc_seconds(*key->expiry)}};
}

Result<Json, ApiError> alibaba_role_keys(const RoleQuestion& question, const AcsParameters& parameters) {
  static const Refusals refusals{
      {"EntityNotExist.Role", "The specified Role not exists.", 404},
      {"NoPermission", "You are not authorized to do this action. You should be authorized by RAM.", 403},
      {"AuthenticationFail.OIDCToken.Invalid", "This JWT token is invalid.", 400},
      {"InvalidParameter.DurationSeconds", "The parameter DurationSeconds is out of range.", 400},
      {"InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed.", 400}};
  const auto text = [&](std::string_view name) { return parameters.find(name).value_or(""); };
  const Wish wish{.role_arn = text("RoleArn"),
                  .session_name = text("RoleSessionName"),
                  .external_id = text("ExternalId"),
                  .provider = text("OIDCProviderArn"),
                  .token = text("OIDCToken"),
                  .seconds = number(parameters.find("DurationSeconds").value_or("3600"))};
  const auto key = grant(question, wish, "alibaba", refusals, 43200);
  if (!key) return Unexpected(key.error());
  return Json{{"AssumedRoleUser",
               {{"Arn", wish.role_arn + "/" + wish.session_name},
                {"AssumedRoleId", "300000000000000001:" + wish.session_name}}},
              {"Credentials",
               {{"AccessKeyId", key->id},
                {"AccessKeySecret", key->secret},
                {"SecurityToken", key->token},
                {"Expiration", utc_seconds(*key->expiry)}}}};
}

}  // namespace taskqueue::simulator
