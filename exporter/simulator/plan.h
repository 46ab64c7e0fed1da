// What a pretend cloud consists of, as plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exporter/simulator/batch_world.h"
#include "exporter/simulator/quirks.h"
#include "exporter/simulator/world.h"

namespace taskqueue::simulator {

/// The tasks that one account has in one service: mps (no region, no sub application), vod (a sub application; 0 is
/// the default one), ecs (a region).
struct TaskQueuePlan {
  std::string service{};
  std::int64_t sub_app_id = 0;
  std::string region{};
  WorldPlan world{};
};

struct BatchPlan {
  std::string region{};
  BatchWorldPlan world{};
};

struct AccountPlan {
  std::string name{};
  std::string provider{};  // tencent, alibaba
  std::string secret_id{};
  std::string secret_key{};
  std::string token{};          // not empty: a session token that every request must carry
  std::string role{};           // not empty: a role of this account, which a machine has and others may assume
  std::string role_arn{};       // its full name
  std::string external_id{};    // not empty: who assumes the role must say it
  std::string oidc_provider{};  // not empty: who shows the token of this provider may assume the role too
  std::string oidc_token{};
  std::vector<TaskQueuePlan> queues{};
  std::vector<BatchPlan> batches{};
  bool recorded = false;  // answers with the examples of the vendors' pages instead
};

struct CloudPlan {
  std::uint64_t seed = 1;
  Milliseconds lead{0};  // so long life went on before the cloud is made
  std::vector<AccountPlan> accounts{};
  std::map<std::string, double> limits{};  // "mps.DescribeTasks" -> per second, where not as documented; 0: none
  std::map<std::string, Quirks> quirks{};  // by service, where not as documented
};

/// The documented limit of an action, "mps.DescribeTasks"; 0 where none is.
[[nodiscard]] double documented_limit(const std::string& action);

/// How the examples on the service's own page look.
[[nodiscard]] Quirks documented_quirks(const std::string& service);

}  // namespace taskqueue::simulator
