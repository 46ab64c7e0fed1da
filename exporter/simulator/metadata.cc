#include "exporter/simulator/metadata.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "exporter/simulator/json.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {
namespace {

constexpr std::string_view tencent_folder = "/latest/meta-data/cam/security-credentials/";
constexpr std::string_view alibaba_folder = "/latest/meta-data/ram/security-credentials/";
constexpr std::string_view token_path = "/latest/api/token";
constexpr std::string_view metadata_token = "metadata-token-0123456789abcdef";
constexpr Milliseconds life = std::chrono::hours{6};

/// What the service may say instead of the truth: keys that expired, keys of nobody, a name that is a path, keys
/// without a token or an expiry, a Code that is not Success.
constexpr std::array<std::string_view, 7> lies{"",         "expired",   "unknown_keys", "strange_role",
                                               "no_token", "no_expiry", "not_success"};

Answer text_answer(int status, std::string text) {
  return {.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = std::move(text)};
}

bool is_number_up_to(std::string_view text, int most) {
  if (text.empty() || text.size() > 6 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  const int number = std::stoi(std::string(text));
  return number >= 1 && number <= most;
}

}  // namespace

std::string Metadata::question(const Request& request) {
  const std::string_view path = request.path();
  if (path == token_path) return "token";
  if (path == tencent_folder || path == alibaba_folder) return "role";
  return path.starts_with(tencent_folder) || path.starts_with(alibaba_folder) ? "keys" : "";
}

Answer Metadata::answer(const Request& request, WallTime now) {
  Manner manner;
  {
    const Lock lock(mutex_);
    manner = manner_;
  }
  if (request.path() == token_path) return give_token(request, manner);
  const bool tencent = request.path().starts_with(tencent_folder);
  if (!tencent) {
    if (auto refused = refusal(request, manner)) return std::move(*refused);
  }
  const AccountPlan* owner = account(tencent ? "tencent" : "alibaba");
  if (request.method != "GET") return text_answer(405, "Method Not Allowed");
  if (owner == nullptr || !manner.has_role) return text_answer(404, "404 - Not Found");
  const std::string_view name = request.path().substr((tencent ? tencent_folder : alibaba_folder).size());
  if (name.empty()) return text_answer(200, manner.lie == "strange_role" ? "../../user-data\r\nX: y" : owner->role);
  if (name != owner->role) return text_answer(404, "404 - Not Found");
  return give_keys(*owner, manner, now);
}

const AccountPlan* Metadata::account(const std::string& provider) const {
  const auto& all = estate_.plan().accounts;
  const auto found = std::ranges::find_if(
      all, [&](const AccountPlan& each) { return each.provider == provider && !each.role.empty(); });
  return found == all.end() ? nullptr : &*found;
}

Answer Metadata::give_token(const Request& request, const Manner& manner) {
  if (manner.version == 1) return text_answer(404, "404 - Not Found");
  const auto seconds = request.header("X-aliyun-ecs-metadata-token-ttl-seconds");
  if (request.method != "PUT") return text_answer(405, "Method Not Allowed");
  if (!seconds || !is_number_up_to(*seconds, 21600)) return text_answer(400, "400 - Bad Request");
  return text_answer(200, std::string(metadata_token));
}

std::optional<Answer> Metadata::refusal(const Request& request, const Manner& manner) const {
  const auto shown = request.header("X-aliyun-ecs-metadata-token");
  if (shown ? *shown != metadata_token : manner.version == 2) return text_answer(403, "403 - Forbidden");
  return std::nullopt;
}

Answer Metadata::give_keys(const AccountPlan& account, const Manner& manner, WallTime now) {
  CloudKey key = current_key(account, now);
  if (manner.lie == "expired") key.expiry = now - std::chrono::hours{1};
  if (manner.lie == "unknown_keys") key.id += "x";
  if (manner.lie == "no_token") key.token.clear();
  const std::string code = manner.lie == "not_success" ? "InternalError" : "Success";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*key.expiry).time_since_epoch().count();
  Json body = account.provider == "tencent"
                  ? Json{{"TmpSecretId", key.id},
                         {"TmpSecretKey", key.secret},
                         {"Token", key.token},
                         {"ExpiredTime", seconds},
                         {"Expiration", utc_seconds(*key.expiry)},
                         {"Code", code}}
                  : Json{{"AccessKeyId", key.id},           {"AccessKeySecret", key.secret},
                         {"SecurityToken", key.token},      {"Expiration", utc_seconds(*key.expiry)},
                         {"LastUpdated", utc_seconds(now)}, {"Code", code}};
  if (manner.lie == "no_expiry") {
    body.erase("ExpiredTime");
    body.erase("Expiration");
  }
  return {.headers = {{"Content-Type", "application/json"}}, .body = body.dump()};
}

/// The service keeps a key until half of its life is over, whoever asks.
CloudKey Metadata::current_key(const AccountPlan& account, WallTime now) {
  const Lock lock(mutex_);
  Kept& kept = kept_[account.name];
  const auto known = kept.key.id.empty() ? std::nullopt : keys_.find(kept.key.id);  // it may have been revoked
  if (!known || *known->expiry - now < (*kept.key.expiry - kept.born) / 2)
    kept = {keys_.issue(account, now, life), now};
  return kept.key;
}

void Metadata::behave(const std::string& json) {
  const Json wanted = Json::parse(json);
  Manner manner;
  manner.has_role = wanted.value("role", "") != "none";
  manner.version = wanted.value("version", 0);
  manner.lie = wanted.value("lie", "");
  if (std::ranges::find(lies, manner.lie) == lies.end()) throw std::invalid_argument("no lie is called " + manner.lie);
  const Lock lock(mutex_);
  manner_ = manner;
}

}  // namespace taskqueue::simulator
