#include "exporter/simulator/alibaba_door.h"

#include <array>

#include "exporter/api/digest.h"
#include "exporter/simulator/acs.h"
#include "exporter/simulator/ecs.h"
#include "exporter/simulator/recorded.h"
#include "exporter/simulator/token_service.h"
#include "exporter/simulator/xml.h"

namespace taskqueue::simulator {
namespace {

constexpr std::string_view unsigned_action = "AssumeRoleWithOIDC";
constexpr std::string_view token_service_version = "2015-04-01";

bool is_unsigned(const AcsClaim& claim) { return claim.key_id.empty() && claim.action == unsigned_action; }

Verdict authenticate(const Request& request, const AcsParameters& parameters, const Caller& caller,
                     const Moment& moment, Nonces& nonces) {
  const AcsClaim claim = read_acs_claim(request, parameters);
  if (is_unsigned(claim)) return Done{};
  if (claim.key_id.empty()) {
    return refuse("MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
  }
  if (caller.account == nullptr || caller.account->provider != "alibaba") {
    return refuse("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404);
  }
  if (auto signature = check_acs(request, parameters, claim, caller.key.secret, moment.shown); !signature) {
    return signature;
  }
  if (!equal_in_constant_time(claim.token, caller.key.token)) {
    return refuse("InvalidSecurityToken.Malformed", "The specified parameter \"SecurityToken\" is not valid.");
  }
  if (caller.key.expiry && *caller.key.expiry <= moment.shown) {
    return refuse("InvalidSecurityToken.Expired", "The specified SecurityToken is expired.");
  }
  if (!nonces.take(claim.key_id + "/" + claim.nonce, moment.shown)) {
    return refuse("SignatureNonceUsed", "Specified signature nonce was used already.");
  }
  return Done{};
}

Verdict check_action(const Request& request, const AcsParameters& parameters) {
  const AcsClaim claim = read_acs_claim(request, parameters);
  if (claim.version != "2014-05-26") {
    return refuse("InvalidVersion", "Specified parameter Version is not valid.", 404);
  }
  if (claim.action != "DescribeTasks") {
    return refuse("InvalidAction.NotFound", "Specified api is not found, please check your url and method.", 404);
  }
  return Done{};
}

Verdict check_region(const Caller& caller) {
  static constexpr std::array<std::string_view, 8> regions{"cn-hangzhou", "cn-shanghai", "cn-beijing",
                                                           "cn-shenzhen", "cn-hongkong", "ap-southeast-1",
                                                           "us-west-1",   "eu-central-1"};
  if (caller.region.empty()) {
    return refuse("MissingParameter",
                  "An input parameter \"RegionId\" that is mandatory for processing the request is not supplied.");
  }
  if (std::ranges::find(regions, caller.region) == regions.end()) {
    return refuse("InvalidRegionId.NotFound", "The specified RegionId does not exist.");
  }
  return Done{};
}

std::string written(const Request& request, const char* root, const Json& value) {
  if (wants_xml(request)) return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml_element(root, value);
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

DoorResult role_keys(const Request& request, const AcsParameters& parameters, const Caller& caller,
                     const Moment& moment, const std::string& request_id) {
  if (caller.action != "AssumeRole" && caller.action != unsigned_action) {
    return refuse("InvalidAction.NotFound", "Specified api is not found, please check your url and method.", 404);
  }
  auto keys = alibaba_role_keys({.caller = caller.action == unsigned_action ? nullptr : caller.account,
                                 .action = caller.action,
                                 .estate = moment.estate,
                                 .keys = moment.keys,
                                 .now = moment.shown},
                                parameters);
  if (!keys) return Unexpected(keys.error());
  (*keys)["RequestId"] = request_id;
  return written(request, "AssumeRoleResponse", *keys);
}

}  // namespace

bool is_for_alibaba(const Request& request) {
  const auto authorization = request.header("Authorization").value_or("");
  if (authorization.starts_with("TC3-") || request.header("X-TC-Action")) return false;
  if (authorization.starts_with("ACS3-") || request.header("x-acs-action")) return true;
  const AcsParameters parameters(request);
  return parameters.find("AccessKeyId") || parameters.find("Action") == unsigned_action ||
         parameters.find("SignatureMethod") == "HMAC-SHA1" ||
         request.header("Host").value_or("").find("aliyuncs") != std::string_view::npos;
}

Caller alibaba_caller(const Request& request, const KeyRing& keys) {
  const AcsParameters parameters(request);
  const AcsClaim claim = read_acs_claim(request, parameters);
  Caller caller{.service = claim.version == token_service_version ? "sts" : "ecs",
                .action = claim.action,
                .region = parameters.find("RegionId").value_or("")};
  if (auto key = keys.find(claim.key_id)) caller.key = std::move(*key);
  caller.account = caller.key.account;
  return caller;
}

DoorResult alibaba_answer(const Request& request, const Caller& caller, const Moment& moment, Nonces& nonces,
                          const std::string& request_id) {
  const AcsParameters parameters(request);
  if (const auto verdict = authenticate(request, parameters, caller, moment, nonces); !verdict) {
    return Unexpected(verdict.error());
  }
  if (caller.service == "sts") return role_keys(request, parameters, caller, moment, request_id);
  if (const auto action = check_action(request, parameters); !action) return Unexpected(action.error());
  if (const auto region = check_region(caller); !region) return Unexpected(region.error());
  if (!moment.within_limit) return refuse("Throttling.User", "Request was denied due to user flow control.");
  if (caller.account->recorded) return written(request, "DescribeTasksResponse", Json::parse(recorded::ecs_tasks));

  const Json none = Json::object();
  Scene scene{
      .parameters = none, .timeline = moment.timeline, .now = moment.now, .quirks = moment.quirks, .lag = moment.lag};
  const Place* place = moment.estate.find(*caller.account, {"ecs", 0, caller.region});
  if (place != nullptr) scene.world = place->tasks.get();
  auto answer = describe_ecs_tasks(parameters, scene);
  if (!answer) return Unexpected(answer.error());
  (*answer)["RequestId"] = request_id;
  return written(request, "DescribeTasksResponse", *answer);
}

std::string alibaba_error(const Request& request, const ApiError& error, const std::string& request_id) {
  return written(request, "Error",
                 {{"RequestId", request_id},
                  {"HostId", std::string(request.header("Host").value_or(""))},
                  {"Code", error.code},
                  {"Message", error.message},
                  {"Recommend", "https://next.api.example/troubleshoot"}});
}

bool wants_xml(const Request& request) {
  const AcsParameters parameters(request);
  if (read_acs_claim(request, parameters).v3) return request.header("Accept") == "application/xml";
  return lower(parameters.find("Format").value_or("XML")) != "json";
}

}  // namespace taskqueue::simulator
