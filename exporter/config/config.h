// What the operator wants, as plain values. load.h makes it from a file; nothing here knows what a cloud is.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"
#include "exporter/config/endpoint.h"
#include "exporter/secret.h"

namespace taskqueue {

/// What the loader must know of a service to check a queue. The catalogue hands one in for each.
struct ServiceRules {
  std::string_view name;                      // mps
  std::string_view provider;                  // tencent
  bool has_regions = false;                   // region or regions is required, else refused
  std::span<const std::string_view> keys;     // keys of [queues.X] that only this service (and some others) know
  std::span<const std::string_view> actions;  // DescribeTasks, ...: for [accounts.X.limits] "mps.DescribeTasks"
};

enum class OnStale { drop, serve };

/// How a queue is read: [polling], overridden by the queue's own keys.
struct Polling {
  Milliseconds interval = std::chrono::seconds{30};
  Milliseconds timeout = std::chrono::seconds{10};  // one API call, retries not included
  std::optional<Milliseconds> stale_after;          // nothing: auto
  OnStale on_stale = OnStale::drop;
  Milliseconds recount = std::chrono::hours{24};

  bool operator==(const Polling&) const = default;
};

/// Limits that hold for every queue.
struct Guards {
  double quota_share = 0.25;
  std::int64_t max_series = 50000;
  std::int64_t max_types = 100;

  bool operator==(const Guards&) const = default;
};

struct LedgerConfig {
  std::filesystem::path file;  // empty: not a file
  Secret redis;                // the URL, which may hold a password; empty: not Redis
  std::filesystem::path redis_password_file;
  std::string redis_prefix = "taskqueue:";

  bool operator==(const LedgerConfig&) const = default;
};

enum class CredentialsSource { chain, environment, profile, instance_role, oidc, static_keys };

struct AssumeRole {
  std::string arn;
  std::string session_name;
  std::string external_id;

  bool operator==(const AssumeRole&) const = default;
};

/// A secret given in the file itself or as the path of a file that holds it; the path is read again for each use, so
/// that rotated secrets need no reload.
struct SecretOrFile {
  Secret value;
  std::filesystem::path file;

  [[nodiscard]] bool given() const { return !value.empty() || !file.empty(); }
  bool operator==(const SecretOrFile&) const = default;
};

struct CredentialsConfig {
  CredentialsSource source = CredentialsSource::chain;
  SecretOrFile id;      // secret_id, access_key_id
  SecretOrFile key;     // secret_key, access_key_secret
  SecretOrFile token;   // session_token
  std::string profile;  // empty: as the environment or the file says, else "default"
  std::optional<AssumeRole> assume_role;

  bool operator==(const CredentialsConfig&) const = default;
};

struct AccountConfig {
  std::string name;
  std::string provider;  // tencent, alibaba
  CredentialsConfig credentials;
  bool international = false;  // site = "intl"
  std::optional<ProxyAddress> proxy;
  std::filesystem::path ca_file;
  std::optional<Endpoint> sts_endpoint;       // nothing: the provider's own
  std::optional<Endpoint> metadata_endpoint;  // nothing: the provider's own
  std::map<std::string, double> limits;       // "batch.DescribeTask" -> requests per second

  bool operator==(const AccountConfig&) const = default;
};

/// A job that the operator names; no tasks: all of the job's.
struct NamedJob {
  std::string id;
  std::vector<std::string> tasks;

  bool operator==(const NamedJob&) const = default;
};

/// What the operator expects of a queue, for --config.estimate only.
struct Expectation {
  std::int64_t queued = 0;
  std::int64_t running = 0;
  double ended_per_hour = 0;
  std::int64_t jobs = 0;
  std::int64_t tasks_per_job = 1;

  bool operator==(const Expectation&) const = default;
};

/// One queue in one region. `regions = [..]` in the file makes one of these for each, all with the same name.
struct QueueConfig {
  std::string name;     // the label queue
  std::string service;  // mps, vod, batch, ecs
  std::string account;  // a key of Config::accounts
  std::string region;   // empty where the API has none
  std::optional<std::int64_t> sub_app_id;
  bool outcomes_from_detail = false;
  std::vector<NamedJob> jobs;          // empty: discover every job
  std::vector<std::string> job_names;  // discovery filter, * and ?
  Milliseconds keep_ended = std::chrono::hours{1};
  bool instances_by_job_name = false;
  Polling polling;
  std::optional<Endpoint> endpoint;  // nothing: the provider's own
  std::optional<Expectation> expect;

  bool operator==(const QueueConfig&) const = default;
};

struct Config {
  Polling polling;
  Guards guards;
  LedgerConfig ledger;
  std::map<std::string, AccountConfig> accounts;
  std::vector<QueueConfig> queues;  // in the file's order

  bool operator==(const Config&) const = default;
};

}  // namespace taskqueue
