#include "exporter/api/quota.h"

namespace taskqueue {

std::shared_ptr<Quota> QuotaBook::open(const CallLabels& key, double ceiling) {
  const Lock lock(mutex_);
  auto& quota = quotas_[key];
  if (quota) {
    quota->set_ceiling(ceiling);
  } else {
    quota = make(key, ceiling);
  }
  return quota;
}

std::vector<QuotaBook::Entry> QuotaBook::entries() const {
  const Lock lock(mutex_);
  std::vector<Entry> entries;
  entries.reserve(quotas_.size());
  for (const auto& [key, quota] : quotas_) entries.push_back({key, quota->read()});
  return entries;
}

}  // namespace taskqueue
