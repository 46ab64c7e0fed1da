#include "exporter/simulator/tencent_door.h"

#include <array>

#include "exporter/api/digest.h"
#include "exporter/simulator/batch_world.h"
#include "exporter/simulator/recorded.h"
#include "exporter/simulator/tc3.h"
#include "exporter/simulator/token_service.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<std::string_view, 4> products{"mps", "vod", "batch", "sts"};
constexpr std::string_view unsigned_action = "AssumeRoleWithWebIdentity";

bool is_product(std::string_view name) { return std::ranges::find(products, name) != products.end(); }

std::string text_of(const Request& request, std::string_view header) {
  return std::string(request.header(header).value_or(""));
}

Unexpected<ApiError> missing(const std::string& name) {
  return refuse("MissingParameter", "The request is missing a required parameter `" + name + "`.");
}

/// The product is the first label of the host; where the host is no name of the cloud's, the scope may say any.
Verdict check_service(const Request& request, const std::string& service) {
  const std::string host = text_of(request, "Host");
  const std::string label = host.substr(0, host.find('.'));
  if (!is_product(service) || (is_product(label) && label != service)) {
    return refuse("AuthFailure.InvalidAuthorization", "The service in Credential is not valid.");
  }
  return Done{};
}

Verdict check_token(const Request& request, const CloudKey& key, WallTime now) {
  if (!equal_in_constant_time(text_of(request, "X-TC-Token"), key.token)) {
    return refuse("AuthFailure.TokenFailure", "The token is not valid.");
  }
  if (key.expiry && *key.expiry <= now) return refuse("AuthFailure.TokenFailure", "The token has expired.");
  return Done{};
}

bool is_unsigned(const Request& request) {
  return text_of(request, "Authorization") == "SKIP" && text_of(request, "X-TC-Action") == unsigned_action;
}

Verdict authenticate(const Request& request, const Caller& caller, const Moment& moment) {
  if (is_unsigned(request)) return Done{};
  const auto claim = read_tc3_claim(request);
  if (!claim) return Unexpected(claim.error());
  if (auto service = check_service(request, claim->service); !service) return service;
  if (caller.account == nullptr || caller.account->provider != "tencent") {
    return refuse("AuthFailure.SecretIdNotFound", "The SecretId is not found; check that it is right.");
  }
  if (auto signature = check_tc3(request, *claim, caller.key.secret, moment.shown); !signature) {
    return signature;
  }
  return check_token(request, caller.key, moment.shown);
}

std::span<const TencentAction> actions_of(std::string_view service) {
  if (service == "mps") return mps_actions();
  if (service == "vod") return vod_actions();
  if (service == "batch") return batch_actions();
  return {};
}

Result<const TencentAction*, ApiError> find_action(const Request& request, const Caller& caller) {
  const auto actions = actions_of(caller.service);
  const std::string version = text_of(request, "X-TC-Version");
  if (std::ranges::find(actions, version, &TencentAction::version) == actions.end()) {
    return refuse("NoSuchVersion", "The API version `" + version + "` does not exist.");
  }
  const auto action = std::ranges::find(actions, std::string_view(caller.action), &TencentAction::name);
  if (action == actions.end()) return refuse("InvalidAction", "The action `" + caller.action + "` does not exist.");
  return &*action;
}

/// Batch lives in regions; the others do not ask.
Verdict check_region(const Caller& caller) {
  static constexpr std::array<std::string_view, 8> regions{"ap-guangzhou", "ap-shanghai", "ap-beijing",
                                                           "ap-chengdu",   "ap-hongkong", "ap-singapore",
                                                           "eu-frankfurt", "na-ashburn"};
  if (caller.service != "batch") return Done{};
  if (caller.region.empty()) return missing("X-TC-Region");
  if (std::ranges::find(regions, caller.region) == regions.end()) {
    return refuse("UnsupportedRegion", "The region `" + caller.region + "` is not supported.");
  }
  return Done{};
}

/// Where an account never used Batch: a world in which no job is ever born.
const BatchWorld& empty_batch() {
  static const BatchWorld world({.arrivals = {.history_tasks = 0, .per_second = 0}}, 0);
  return world;
}

/// The world that is asked about; each service names it in its own way. Nothing: a region of Batch without jobs.
Result<const Place*, ApiError> find_place(const Caller& caller, const Json& parameters, const Estate& estate) {
  const auto sub_app_id = caller.service == "vod" ? parameters.value("SubAppId", std::int64_t{0}) : 0;
  const Place* place = estate.find(*caller.account, {caller.service, sub_app_id, caller.region});
  if (place != nullptr || caller.service == "batch") return place;
  if (caller.service == "mps") {
    return refuse("FailedOperation.InvalidMpsUser", "The account has not activated MPS.");
  }
  if (sub_app_id == 0) return refuse("InvalidParameterValue", "`SubAppId` is needed: there is no default application.");
  return refuse("UnauthorizedOperation", "The application does not belong to the account.");
}

std::string envelope(Json response, const std::string& request_id) {
  response["RequestId"] = request_id;
  Json body = Json::object();
  body["Response"] = std::move(response);
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The token service. Its parameters are all of its documented ones that matter here.
DoorResult role_keys(const Request& request, const Caller& caller, const Moment& moment,
                     const std::string& request_id) {
  static constexpr std::array<Parameter, 4> for_keys{{{.name = "RoleArn", .required = true},
                                                      {.name = "RoleSessionName", .required = true},
                                                      {.name = "DurationSeconds", .kind = Kind::integer},
                                                      {.name = "ExternalId"}}};
  static constexpr std::array<Parameter, 5> for_token{{{.name = "ProviderId", .required = true},
                                                       {.name = "WebIdentityToken", .required = true},
                                                       {.name = "RoleArn", .required = true},
                                                       {.name = "RoleSessionName", .required = true},
                                                       {.name = "DurationSeconds", .kind = Kind::integer}}};
  const std::string version = text_of(request, "X-TC-Version");
  if (version != "2018-08-13") return refuse("NoSuchVersion", "The API version `" + version + "` does not exist.");
  const bool by_token = caller.action == unsigned_action;
  if (!by_token && caller.action != "AssumeRole") {
    return refuse("InvalidAction", "The action `" + caller.action + "` does not exist.");
  }
  if (text_of(request, "X-TC-Region").empty()) return missing("X-TC-Region");
  const auto parameters =
      by_token ? read_parameters(request, for_token, moment.quirks) : read_parameters(request, for_keys, moment.quirks);
  if (!parameters) return Unexpected(parameters.error());
  auto keys = tencent_role_keys({.caller = by_token ? nullptr : caller.account,
                                 .action = caller.action,
                                 .estate = moment.estate,
                                 .keys = moment.keys,
                                 .now = moment.shown},
                                *parameters);
  if (!keys) return Unexpected(keys.error());
  return envelope(std::move(*keys), request_id);
}

}  // namespace

Caller tencent_caller(const Request& request, const KeyRing& keys) {
  Caller caller{.action = text_of(request, "X-TC-Action")};
  if (const auto claim = read_tc3_claim(request)) {
    if (auto key = keys.find(claim->secret_id)) caller.key = std::move(*key);
    caller.account = caller.key.account;
    if (is_product(claim->service)) caller.service = claim->service;
  } else if (is_unsigned(request)) {
    caller.service = "sts";
  }
  if (caller.service == "batch") caller.region = text_of(request, "X-TC-Region");
  return caller;
}

DoorResult tencent_answer(const Request& request, const Caller& caller, const Moment& moment,
                          const std::string& request_id) {
  if (request.method != "POST" && request.method != "GET") {
    return refuse("UnsupportedProtocol", "Only GET and POST are supported.");
  }
  for (const char* name : {"X-TC-Action", "X-TC-Version", "X-TC-Timestamp"}) {
    if (!request.header(name)) return missing(name);
  }
  if (request.body.size() > std::size_t{10} * 1024 * 1024) return refuse("RequestSizeLimitExceeded", "The request is too large.");
  if (const auto verdict = authenticate(request, caller, moment); !verdict) return Unexpected(verdict.error());
  if (caller.service == "sts") return role_keys(request, caller, moment, request_id);
  const auto action = find_action(request, caller);
  if (!action) return Unexpected(action.error());
  if (const auto region = check_region(caller); !region) return Unexpected(region.error());
  if (!moment.within_limit) {
    return refuse("RequestLimitExceeded", "The request rate is over the limit of this action; try again later.");
  }
  const auto parameters = read_parameters(request, (*action)->parameters, moment.quirks);
  if (!parameters) return Unexpected(parameters.error());
  if (caller.account->recorded) return recorded_answer(caller.service, caller.action, *parameters);

  const auto place = find_place(caller, *parameters, moment.estate);
  if (!place) return Unexpected(place.error());
  Scene scene{.parameters = *parameters,
              .timeline = moment.timeline,
              .now = moment.now,
              .quirks = moment.quirks,
              .lag = moment.lag};
  scene.batch = &empty_batch();
  scene.zone = caller.region + "-2";
  if (*place != nullptr) {
    scene.owner = (*place)->owner;
    scene.world = (*place)->tasks.get();
    if ((*place)->batch) scene.batch = (*place)->batch.get();
  }
  auto response = (*action)->answer(scene);
  if (!response) return Unexpected(response.error());
  return envelope(std::move(*response), request_id);
}

std::string tencent_error(const ApiError& error, const std::string& request_id) {
  return envelope({{"Error", {{"Code", error.code}, {"Message", error.message}}}}, request_id);
}

}  // namespace taskqueue::simulator
