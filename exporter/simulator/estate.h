// All worlds of a cloud, and who owns them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/simulator/plan.h"

namespace taskqueue::simulator {

/// One world and whose it is. Either `tasks` or `batch`.
struct Place {
  const AccountPlan* account = nullptr;
  std::string service{};
  std::int64_t sub_app_id = 0;
  std::string region{};
  std::string owner{};  // the number that begins its task ids
  std::unique_ptr<const World> tasks{};
  std::unique_ptr<const BatchWorld> batch{};
};

/// Constant after construction, so thread-safe.
class Estate {
 public:
  explicit Estate(CloudPlan plan);
  ~Estate();
  Estate(const Estate&) = delete;
  Estate& operator=(const Estate&) = delete;

  struct Address {
    std::string service;
    std::int64_t sub_app_id = 0;
    std::string region;
  };
  [[nodiscard]] const Place* find(const AccountPlan& account, const Address& address) const;
  [[nodiscard]] const AccountPlan* account(std::string_view secret_id) const;
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  [[nodiscard]] const CloudPlan& plan() const { return plan_; }

 private:
  const CloudPlan plan_;
  std::vector<Place> places_;
};

}  // namespace taskqueue::simulator
