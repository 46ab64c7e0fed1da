#include "exporter/api/reported_credentials.h"

#include "exporter/utc.h"

namespace taskqueue {

Result<Credentials, Failure> ReportedCredentials::get(const std::stop_token& stop) {
  auto keys = keys_->get(stop);
  if (!keys) return keys;
  {
    const Lock lock(mutex_);
    if (told_ == keys->expiry) return keys;
    told_ = keys->expiry;
  }
  instruments_.credentials_expiry(account_, keys->expiry);
  log_.debug("credentials", "new keys",
             {{"account", account_}, {"expiry", keys->expiry ? utc_seconds(*keys->expiry) : "never"}});
  return keys;
}

void ReportedCredentials::refused(const Credentials& keys) {
  bool is_news = false;
  {
    const Lock lock(mutex_);
    is_news = refused_ != keys;
    refused_ = keys;
  }
  if (is_news) log_.info("credentials", "the cloud refused the keys, others are looked for", {{"account", account_}});
  keys_->refused(keys);
}

}  // namespace taskqueue
