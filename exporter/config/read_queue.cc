#include <algorithm>
#include <string_view>

#include "exporter/config/read_tables.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

/// The rules of the queue's service; null where it is missing or unknown.
const ServiceRules* read_service(TableReader& reader, std::span<const ServiceRules> services) {
  std::vector<std::string_view> names;
  for (const ServiceRules& service : services) names.push_back(service.name);
  reader.require("service", "add service = " + one_of(names));
  const auto chosen = reader.choice("service", names);
  return chosen ? &services[*chosen] : nullptr;
}

std::string read_account_name(TableReader& reader, const ServiceRules* service, const Config& config) {
  std::vector<std::string_view> names;
  for (const auto& [name, account] : config.accounts) names.push_back(name);
  reader.require("account", "name one of the [accounts.NAME] tables");
  const auto name = reader.text("account");
  if (!name) return {};
  const auto account = config.accounts.find(*name);
  if (account == config.accounts.end()) {
    const std::string meant = did_you_mean(*name, names);
    reader.complain("account", "there is no account " + in_quotes(*name) +
                                   (meant.empty() ? ": add " + table_title("accounts", *name) : meant));
  } else if (service != nullptr && !account->second.provider.empty() && account->second.provider != service->provider) {
    reader.complain("account", std::string(service->name) + " is a service of " + std::string(service->provider) +
                                   ", but account " + in_quotes(*name) + " is of " + account->second.provider +
                                   ": name an account of " + std::string(service->provider));
  }
  return *name;
}

bool is_region(std::string_view region) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return region.size() <= 63 && std::ranges::all_of(region, allowed) && region.front() != '-' && region.back() != '-';
}

void complain_no_region(TableReader& reader, std::string_view key, const std::string& region) {
  reader.complain(key, in_quotes(region) + " is no region: write its id in small letters, such as \"ap-guangzhou\"");
}

std::vector<std::string> read_region_list(TableReader& reader) {
  auto regions = reader.texts("regions", "name at least one region");
  if (!regions) return {};
  for (const std::string& region : *regions) {
    if (!is_region(region)) complain_no_region(reader, "regions", region);
  }
  return std::move(*regions);
}

/// The regions that the queue is read in; one that is empty where the API has none.
std::vector<std::string> read_regions(TableReader& reader, const ServiceRules* service) {
  if (service != nullptr && !service->has_regions) {
    const std::string why = " means nothing for " + std::string(service->name) + ", which has no regions: remove it";
    reader.refuse("region", "region" + why);
    reader.refuse("regions", "regions" + why);
    return {""};
  }
  if (reader.has("region")) reader.refuse("regions", "region is given too: keep one of region and regions");
  const auto region = reader.text("region");
  std::vector<std::string> regions = read_region_list(reader);
  if (region && !is_region(*region)) complain_no_region(reader, "region", *region);
  if (region) return {*region};
  if (service != nullptr && !reader.has("regions")) {
    const std::string_view example = service->provider == "alibaba" ? "cn-hangzhou" : "ap-guangzhou";
    reader.require("region", std::string(service->name) + " needs it; add it, such as " + in_quotes(example) +
                                 ", or regions = [...]");
  }
  return regions;
}

std::optional<Endpoint> read_endpoint(TableReader& reader) {
  const auto url = reader.text("endpoint");
  const bool allow_insecure = reader.boolean("allow_insecure").value_or(false);
  if (!reader.has("endpoint")) {
    reader.refuse("allow_insecure", "allow_insecure does nothing without endpoint: remove it");
  }
  if (!url) return std::nullopt;
  auto endpoint = parse_endpoint(*url);
  if (!endpoint) {
    reader.complain("endpoint",
                    "endpoint is not the address of an API: write https://host[:port], without path and user");
    return std::nullopt;
  }
  if (!endpoint->tls && !is_loopback(endpoint->host) && !allow_insecure) {
    reader.complain("endpoint",
                    "this endpoint would be called without encryption: write https://, or add "
                    "allow_insecure = true if you trust the network in between");
  }
  return endpoint;
}

}  // namespace

std::vector<PlacedQueue> read_queue(const TomlEntry& entry, const Config& config, const ReadingContext& context) {
  QueueConfig queue;
  queue.name = entry.key;
  TableReader reader(entry.value, table_title("queues", entry.key), context.complaints);
  const ServiceRules* service = read_service(reader, context.services);
  if (service != nullptr) queue.service = service->name;
  queue.account = read_account_name(reader, service, config);
  queue.polling = read_polling_keys(reader, config.polling);
  queue.endpoint = read_endpoint(reader);
  read_service_keys(reader, context, queue);
  if (const TomlValue* expect = reader.table("expect")) {
    queue.expect = read_expectation(*expect, queue.name, context.complaints);
  }
  std::vector<PlacedQueue> queues;
  for (std::string& region : read_regions(reader, service)) {
    queue.region = std::move(region);
    queues.push_back({queue, entry.place});
  }
  reader.finish(entry.place);
  return queues;
}

}  // namespace taskqueue
