// One reader for each kind of table in the file. They fill in what is right and complain of the rest.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exporter/config/complaints.h"
#include "exporter/config/config.h"
#include "exporter/config/table_reader.h"
#include "exporter/config/toml_tree.h"

namespace taskqueue {

/// The keys that [polling] and every queue share. `defaults` holds where a key is absent or wrong.
[[nodiscard]] Polling read_polling_keys(TableReader& reader, const Polling& defaults);

/// [polling]
struct PollingTable {
  Polling polling;
  Guards guards;
};
[[nodiscard]] PollingTable read_polling(const TomlEntry& entry, Complaints& complaints);

/// [ledger]. Relative paths begin at `folder`, the configuration's own.
[[nodiscard]] LedgerConfig read_ledger(const TomlEntry& entry, const std::filesystem::path& folder,
                                       Complaints& complaints);

/// What readers of accounts and queues need besides their table.
struct ReadingContext {
  std::span<const ServiceRules> services;
  std::filesystem::path folder;
  Complaints& complaints;
};

/// [accounts.X]. The provider is empty where it is missing or unknown.
[[nodiscard]] AccountConfig read_account(const TomlEntry& entry, const ReadingContext& context);

/// [accounts.X.limits]
[[nodiscard]] std::map<std::string, double> read_limits(const TomlValue& table, const AccountConfig& account,
                                                        const ReadingContext& context);

/// A queue and where it stands, for complaints that come later.
struct PlacedQueue {
  QueueConfig queue;
  TomlPlace place;
};

/// [queues.X], one for each region. `config` holds the accounts and the defaults.
[[nodiscard]] std::vector<PlacedQueue> read_queue(const TomlEntry& entry, const Config& config,
                                                  const ReadingContext& context);

/// The keys of [queues.X] that only some services have, into `queue`.
void read_service_keys(TableReader& reader, const ReadingContext& context, QueueConfig& queue);

/// [queues.X.expect]
[[nodiscard]] Expectation read_expectation(const TomlValue& table, std::string_view queue, Complaints& complaints);

/// The path of a file that need not exist; relative ones begin at `folder`. Empty where the key is absent or wrong.
[[nodiscard]] std::filesystem::path read_path(TableReader& reader, std::string_view key,
                                              const std::filesystem::path& folder);

/// The path of a file that must be there; complains where it cannot be read or is empty. The path is shown only if it
/// is surely no secret written where its file's name belongs.
[[nodiscard]] std::filesystem::path read_file_name(TableReader& reader, std::string_view key,
                                                   const std::filesystem::path& folder);

/// `[accounts.media]` or `[queues.images.expect]`, the name in quotes where TOML needs them.
[[nodiscard]] std::string table_title(std::string_view group, std::string_view name, std::string_view inner = {});

}  // namespace taskqueue
