#include <array>
#include <string_view>

#include "exporter/config/duration.h"
#include "exporter/config/read_tables.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

constexpr Milliseconds shortest_interval = std::chrono::seconds{1};
constexpr Milliseconds shortest_recount = std::chrono::minutes{1};
constexpr std::array<std::string_view, 2> on_stale_words{"drop", "serve"};

std::string key_is(std::string_view key, Milliseconds duration) {
  return std::string(key) + " = " + in_quotes(text(duration));
}

Milliseconds read_at_least(TableReader& reader, std::string_view key, Milliseconds least, Milliseconds otherwise) {
  const auto duration = reader.duration(key);
  if (!duration) return otherwise;
  if (*duration >= least) return *duration;
  reader.complain(key, key_is(key, *duration) + " is too short: write at least " + in_quotes(text(least)));
  return otherwise;
}

std::optional<Milliseconds> read_stale_after(TableReader& reader, std::optional<Milliseconds> otherwise) {
  constexpr std::string_view key = "stale_after";
  const TomlValue* value = reader.any(key);
  if (value == nullptr) return otherwise;
  if (value->kind == TomlKind::string && value->string == "auto") return std::nullopt;
  return reader.duration(key);
}

/// stale_after and interval may come from two tables: the complaint goes to the key that stands in this one.
bool fits(TableReader& reader, const Polling& polling) {
  if (!polling.stale_after || *polling.stale_after >= 2 * polling.interval) return true;
  const std::string least = in_quotes(text(2 * polling.interval));
  if (reader.has("stale_after")) {
    reader.complain("stale_after", key_is("stale_after", *polling.stale_after) + " is under two intervals of " +
                                       in_quotes(text(polling.interval)) + ": write at least " + least +
                                       ", or \"auto\"");
  } else if (reader.has("interval")) {
    reader.complain("interval", key_is("interval", polling.interval) + " is more than half of stale_after = " +
                                    in_quotes(text(*polling.stale_after)) + " from [polling]: shorten it, or set " +
                                    "stale_after to \"auto\" or at least " + least + " here");
  }
  return false;
}

}  // namespace

Polling read_polling_keys(TableReader& reader, const Polling& defaults) {
  Polling polling = defaults;
  const std::size_t complaints_before = reader.complaints();
  polling.interval = read_at_least(reader, "interval", shortest_interval, defaults.interval);
  polling.timeout = read_at_least(reader, "timeout", Milliseconds{1}, defaults.timeout);
  polling.recount = read_at_least(reader, "recount", shortest_recount, defaults.recount);
  polling.stale_after = read_stale_after(reader, defaults.stale_after);
  if (const auto word = reader.choice("on_stale", on_stale_words)) {
    polling.on_stale = *word == 0 ? OnStale::drop : OnStale::serve;
  }
  // One that was refused is not compared: what stands for it nobody wrote.
  if (reader.complaints() == complaints_before && !fits(reader, polling)) polling.stale_after.reset();
  return polling;
}

PollingTable read_polling(const TomlEntry& entry, Complaints& complaints) {
  PollingTable read;
  TableReader reader(entry.value, "[polling]", complaints);
  read.polling = read_polling_keys(reader, read.polling);
  if (const auto share = reader.number("quota_share")) {
    if (*share > 0 && *share <= 1) {
      read.guards.quota_share = *share;
    } else {
      reader.complain("quota_share",
                      "quota_share is a share of each API's limit: write a number above 0 and at most 1, such as 0.25");
    }
  }
  read.guards.max_series = reader.integer("max_series", 1).value_or(read.guards.max_series);
  read.guards.max_types = reader.integer("max_types", 1).value_or(read.guards.max_types);
  reader.finish(entry.place);
  return read;
}

}  // namespace taskqueue
