// The metadata service of a machine in a cloud: plain HTTP on the machine's own link, never through a proxy.
#pragma once

#include <string>

#include "exporter/api/http.h"
#include "exporter/api/key_parts.h"

namespace taskqueue {

class MetadataService {
 public:
  /// `host` is the Host header; empty: as the endpoint says.
  MetadataService(Endpoint endpoint, std::string host, const KeyParts& parts)
      : endpoint_(std::move(endpoint)), host_(host.empty() ? host_header(endpoint_) : std::move(host)), parts_(parts) {}

  struct Question {
    std::string method = "GET";
    std::string path{};
    std::vector<Header> headers{};
  };
  /// The body of a 200 without the space around it, within 2 seconds. Failures are `credentials`, or `stopped`; the
  /// code of one that came with another status is that status.
  [[nodiscard]] Result<std::string, Failure> ask(const Question& question, const std::stop_token& stop) const;

  /// "the metadata service 169.254.0.23": the beginning of sentences.
  [[nodiscard]] std::string name() const { return "the metadata service " + host_header(endpoint_); }

 private:
  const Endpoint endpoint_;
  const std::string host_;
  const KeyParts parts_;
};

/// Names of roles become part of a path: letters, digits and `+=,.@_-`.
[[nodiscard]] bool is_role_name(std::string_view name);

}  // namespace taskqueue
