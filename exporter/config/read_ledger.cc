#include "exporter/config/endpoint.h"
#include "exporter/config/read_tables.h"

namespace taskqueue {
namespace {

void read_redis(TableReader& reader, LedgerConfig& ledger) {
  const auto url = reader.text("redis");
  if (!url) return;
  if (!is_redis_url(*url)) {
    reader.complain("redis", "redis is no Redis URL: write redis://host[:port][/database], or rediss://... to use TLS");
    return;
  }
  if (holds_password(*url) && reader.has("redis_password_file")) {
    reader.complain("redis_password_file",
                    "the Redis URL holds a password already: remove the one in the URL, or redis_password_file");
    return;
  }
  ledger.redis = Secret(*url);
}

}  // namespace

LedgerConfig read_ledger(const TomlEntry& entry, const std::filesystem::path& folder, Complaints& complaints) {
  LedgerConfig ledger;
  TableReader reader(entry.value, "[ledger]", complaints);
  ledger.file = read_path(reader, "file", folder);
  read_redis(reader, ledger);
  ledger.redis_password_file = read_file_name(reader, "redis_password_file", folder);
  ledger.redis_prefix = reader.text("redis_prefix").value_or(ledger.redis_prefix);

  if (reader.has("file") && reader.has("redis")) {
    const TomlPlace second = std::max(find_entry(entry.value, "file")->place, find_entry(entry.value, "redis")->place);
    complaints.add(second,
                   "there is one ledger only: keep file (one replica) or redis (several), and remove the other");
  }
  if (!reader.has("redis")) {
    reader.refuse("redis_password_file", "redis_password_file does nothing without redis: add the URL, or remove it");
    reader.refuse("redis_prefix", "redis_prefix does nothing without redis: add the URL, or remove it");
  }
  reader.finish(entry.place);
  return ledger;
}

}  // namespace taskqueue
