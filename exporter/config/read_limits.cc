#include <algorithm>
#include <cmath>

#include "exporter/config/read_tables.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

/// The actions that this account can call, as the operator writes them: batch.DescribeTask.
std::vector<std::string> limited_actions(const AccountConfig& account, const ReadingContext& context) {
  std::vector<std::string> actions;
  for (const ServiceRules& service : context.services) {
    if (!account.provider.empty() && service.provider != account.provider) continue;
    for (const std::string_view action : service.actions) {
      actions.push_back(std::string(service.name) + '.' + std::string(action));
    }
  }
  return actions;
}

class LimitsReader {
 public:
  LimitsReader(const AccountConfig& account, const ReadingContext& context)
      : actions_(limited_actions(account, context)),
        provider_(account.provider),
        services_(context.services),
        complaints_(context.complaints) {}

  /// TOML reads batch.DescribeTask without quotes as a table in a table: both mean the same here.
  void read(const TomlValue& table, const std::string& prefix) {
    for (const TomlEntry& entry : table.entries) {
      const std::string action = prefix + entry.key;
      if (entry.value.kind == TomlKind::table && prefix.empty()) {
        read(entry.value, action + '.');
      } else if (check_known(action, entry.place)) {
        read_rate(action, entry.value);
      }
    }
  }

  [[nodiscard]] std::map<std::string, double> take() { return std::move(limits_); }

 private:
  bool check_known(const std::string& action, TomlPlace place) {
    if (std::ranges::find(actions_, action) != actions_.end()) return true;
    const std::vector<std::string_view> words(actions_.begin(), actions_.end());
    const std::string_view owner = provider_of(action);
    std::string sentence = in_quotes(action);
    if (!owner.empty() && owner != provider_) {
      sentence.append(" is called for accounts of ").append(owner).append(" only: remove it");
    } else if (const std::string meant = did_you_mean(action, words); !meant.empty()) {
      sentence += " is no action that we call" + meant;
    } else {
      sentence += " is no action that we call: write one of " + enumerated(words);
    }
    complaints_.add(place, std::move(sentence));
    return false;
  }

  /// The provider of the service that stands before the dot; empty for no service.
  [[nodiscard]] std::string_view provider_of(std::string_view action) const {
    const auto service = std::ranges::find(services_, action.substr(0, action.find('.')), &ServiceRules::name);
    return service == services_.end() ? std::string_view() : service->provider;
  }

  void read_rate(const std::string& action, const TomlValue& value) {
    const bool is_integer = value.kind == TomlKind::integer;
    if (!is_integer && value.kind != TomlKind::number) {
      complaints_.add(value.place, wrong_kind(action, value, TomlKind::number, !complaints_.hides(value.place)));
      return;
    }
    const double rate = is_integer ? static_cast<double>(value.integer) : value.number;
    if (std::isfinite(rate) && rate > 0) {
      limits_[action] = rate;
    } else {
      complaints_.add(value.place, "the limit of " + action + " is in requests per second: write a number above 0");
    }
  }

  const std::vector<std::string> actions_;
  const std::string provider_;
  const std::span<const ServiceRules> services_;
  Complaints& complaints_;
  std::map<std::string, double> limits_;
};

}  // namespace

std::map<std::string, double> read_limits(const TomlValue& table, const AccountConfig& account,
                                          const ReadingContext& context) {
  LimitsReader reader(account, context);
  reader.read(table, "");
  return reader.take();
}

}  // namespace taskqueue
