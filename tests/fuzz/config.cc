// The configuration, TOML.
#include <algorithm>

#include "exporter/catalogue.h"
#include "exporter/config/load.h"
#include "tests/fuzz/complaining.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

void check_config(const Config& config) {
  must(!config.queues.empty(), "a configuration has queues");
  for (const QueueConfig& queue : config.queues) {
    const auto account = config.accounts.find(queue.account);
    must(account != config.accounts.end(), "a queue has an account");
    const auto known = service_rules();
    const auto rules = std::ranges::find(known, queue.service, &ServiceRules::name);
    must(rules != known.end(), "a queue has a service");
    must(rules->provider == account->second.provider, "its account is the provider's");
    must(rules->has_regions != queue.region.empty(), "it has a region where the API has");
    must(queue.polling.interval.count() > 0 && queue.polling.timeout.count() > 0, "it is read in finite time");
  }
  must(config.guards.quota_share > 0 && config.guards.quota_share <= 1, "a share is a share");
}

const Fuzzer config_fuzzer("config", [](std::string_view input) {
  const auto loaded = parse_config(input, "taskqueue.toml", service_rules());
  if (loaded) return check_config(*loaded);
  must(!loaded.error().empty(), "what is refused is complained of");
  check_complaints(loaded.error(), input);
});

}  // namespace
}  // namespace taskqueue::fuzz
