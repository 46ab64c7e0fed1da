#include "exporter/api/credentials_chain.h"

namespace taskqueue {

Result<Credentials, Failure> CredentialsChain::get(const std::stop_token& stop) {
  if (const std::size_t chosen = chosen_; chosen != none) {
    auto keys = links_[chosen].provider->get(stop);
    if (keys || keys.error().kind == FailureKind::stopped) return keys;
  }
  std::string tried;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    auto keys = links_[i].provider->get(stop);
    if (keys) chosen_ = i;
    if (keys || keys.error().kind == FailureKind::stopped) return keys;
    tried.append(tried.empty() ? "" : "; ").append(links_[i].name).append(": ").append(keys.error().sentence);
  }
  return Unexpected(no_keys("no keys found. Tried " + tried));
}

void CredentialsChain::refused(const Credentials& keys) {
  if (const std::size_t chosen = chosen_; chosen != none) links_[chosen].provider->refused(keys);
}

}  // namespace taskqueue
