#include "exporter/simulator/key_ring.h"

#include <array>
#include <cstdio>

#include "exporter/simulator/chance.h"
#include "exporter/simulator/json.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {
namespace {

std::string hex_of(std::uint64_t number) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));  // NOLINT
  return text.data();
}

}  // namespace

std::optional<CloudKey> KeyRing::find(std::string_view id) const {
  if (const AccountPlan* account = estate_.account(id)) {
    return CloudKey{account, account->secret_id, account->secret_key, account->token, {}};
  }
  const Lock lock(mutex_);
  const auto found = issued_.find(id);
  return found == issued_.end() ? std::nullopt : std::optional(found->second);
}

CloudKey KeyRing::issue(const AccountPlan& account, WallTime now, Milliseconds life) {
  const Lock lock(mutex_);
  const std::uint64_t number = ++count_;
  const auto drawn = [&](std::uint64_t what) { return hex_of(draw(estate_.plan().seed, number, what)); };
  CloudKey key{.account = &account,
               .id = (account.provider == "alibaba" ? "STS.tmp" : "AKIDtmp") + drawn(61),
               .secret = "tmpsecret" + drawn(62),
               .token = "tmptoken" + drawn(63) + drawn(64)};
  // The clouds say it in whole seconds.
  key.expiry = std::chrono::floor<std::chrono::seconds>(now + life_.value_or(life));
  issued_[key.id] = key;
  return key;
}

void KeyRing::live(std::optional<Milliseconds> life) {
  const Lock lock(mutex_);
  life_ = life;
}

void KeyRing::revoke(WallTime now) {
  const Lock lock(mutex_);
  for (auto& [id, key] : issued_) key.expiry = std::min(*key.expiry, now);
}

std::string KeyRing::text() const {
  const Lock lock(mutex_);
  Json list = Json::array();
  for (const auto& [id, key] : issued_) {
    list.push_back({{"account", key.account->name},
                    {"id", id},
                    {"secret", key.secret},
                    {"token", key.token},
                    {"expiry", utc_text(*key.expiry)}});
  }
  return list.dump(2);
}

}  // namespace taskqueue::simulator
