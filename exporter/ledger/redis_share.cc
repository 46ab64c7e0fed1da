#include "exporter/ledger/redis_share.h"

#include <unistd.h>

#include <array>

#include "exporter/config/endpoint.h"

namespace taskqueue {
namespace {

RedisAddress address_of(const LedgerConfig& config) {
  return parse_redis(config.redis.reveal()).value_or(RedisAddress{});
}

/// People find a replica by its machine's name; no two are the same.
std::string name_of_replica(Random& random) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return std::string(host.data()) + '/' + nonce(random).substr(0, 12);
}

}  // namespace

RedisShare::RedisShare(const Parts& parts, const LedgerConfig& config)
    : redis_(address_of(config), config.redis_password_file, parts.clock),
      redis_for_leases_(address_of(config), config.redis_password_file, parts.clock),
      ledger_({redis_, parts.random, parts.log, config.redis_prefix}),
      leadership_({parts.clock, redis_for_leases_, ledger_, parts.instruments, parts.log, config.redis_prefix,
                   name_of_replica(parts.random)}),
      quotas_({parts.clock, parts.random, scripts_, config.redis_prefix, [this] { leadership_.end_overdue(); }}) {}

}  // namespace taskqueue
