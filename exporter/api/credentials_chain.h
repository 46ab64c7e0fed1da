// Several sources of keys, one after the other: the first that has some is the one.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "exporter/api/credentials.h"

namespace taskqueue {

class CredentialsChain final : public CredentialsProvider {
 public:
  struct Link {
    std::string name;  // "environment", for the sentence when none has keys
    std::shared_ptr<CredentialsProvider> provider;
  };
  explicit CredentialsChain(std::vector<Link> links) : links_(std::move(links)) {}

  /// A source that gave keys is asked first from then on; where it has none any more, all are asked in their order.
  Result<Credentials, Failure> get(const std::stop_token& stop) override;
  void refused(const Credentials& keys) override;

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  const std::vector<Link> links_;
  std::atomic<std::size_t> chosen_{none};
};

}  // namespace taskqueue
