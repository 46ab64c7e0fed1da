#include "exporter/config/load.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "exporter/config/complaints.h"
#include "exporter/config/read_tables.h"
#include "exporter/config/same_tasks.h"
#include "exporter/config/syntax.h"
#include "exporter/config/text_file.h"
#include "exporter/config/toml_tree.h"
#include "exporter/config/utf8.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

constexpr std::size_t largest_config = std::size_t{8} * 1024 * 1024;  // ten thousand queues take one or two
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Where the text stops being UTF-8; nothing where it never does.
std::optional<TomlPlace> find_bad_utf8(std::string_view text) {
  TomlPlace place{1, 1};
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return place;
    place = text.front() == '\n' ? TomlPlace{place.line + 1, 1} : TomlPlace{place.line, place.column + 1};
    text.remove_prefix(length);
  }
  return std::nullopt;
}

bool is_usable_name(const TomlEntry& entry, std::string_view kind, Complaints& complaints) {
  const bool is_blank = entry.key.find_first_not_of(" \t") == std::string::npos;
  if (!is_blank && !has_control_characters(entry.key)) return true;
  complaints.add(entry.place, "the name of " + std::string(kind) +
                                  " becomes a label's value: give it one that is not empty and fits on one line");
  return false;
}

/// The tables of [accounts] or [queues] that can be read, in the file's order.
std::vector<const TomlEntry*> named_tables(const TomlValue& group, std::string_view kind, Complaints& complaints) {
  std::vector<const TomlEntry*> tables;
  for (const TomlEntry& entry : group.entries) {
    if (!is_usable_name(entry, kind, complaints)) continue;
    if (entry.value.kind == TomlKind::table) {
      tables.push_back(&entry);
    } else {
      complaints.add(entry.place, in_quotes(entry.key) + " is " + std::string(kind_name(entry.value.kind)) +
                                      ", but every " + std::string(kind.substr(kind.find(' ') + 1)) +
                                      " is a table: write a heading with its name and its keys below");
    }
  }
  return tables;
}

/// Reads the whole tree. Accounts come before queues, wherever they stand in the file.
class Loading {
 public:
  Loading(const TomlValue& tree, ReadingContext context) : tree_(tree), context_(std::move(context)) {}

  Config run() {
    TableReader reader(tree_, "the file", context_.complaints);
    read_settings(reader);
    read_accounts(reader);
    read_queues(reader);
    complain_same_tasks();
    reader.finish({});
    for (PlacedQueue& placed : queues_) config_.queues.push_back(std::move(placed.queue));
    return std::move(config_);
  }

 private:
  void read_settings(TableReader& reader) {
    if (reader.table("polling") != nullptr) {
      PollingTable read = read_polling(*find_entry(tree_, "polling"), context_.complaints);
      config_.polling = read.polling;
      config_.guards = read.guards;
    }
    if (reader.table("ledger") != nullptr) {
      config_.ledger = read_ledger(*find_entry(tree_, "ledger"), context_.folder, context_.complaints);
    }
  }

  void read_accounts(TableReader& reader) {
    const TomlValue* group = group_of(reader, "accounts");
    if (group == nullptr) return;
    for (const TomlEntry* entry : named_tables(*group, "an account", context_.complaints)) {
      config_.accounts.emplace(entry->key, read_account(*entry, context_));
    }
  }

  void read_queues(TableReader& reader) {
    const TomlValue* group = group_of(reader, "queues");
    const std::string_view advice = "add [queues.NAME] with service and account, and [accounts.NAME] for it";
    reader.require("queues", std::string(advice));
    if (group == nullptr) return;
    if (group->entries.empty()) {
      context_.complaints.add(find_entry(tree_, "queues")->place, "there is no queue in it: " + std::string(advice));
    }
    for (const TomlEntry* entry : named_tables(*group, "a queue", context_.complaints)) {
      const std::size_t complaints_before = context_.complaints.size();
      std::vector<PlacedQueue> read = read_queue(*entry, config_, context_);
      // Of what is wrong with a queue it may follow that it looks like another: that is no complaint of its own.
      if (context_.complaints.size() > complaints_before) continue;
      std::ranges::move(read, std::back_inserter(queues_));
    }
  }

  /// [[queues]] is a common slip, worth its own words.
  const TomlValue* group_of(TableReader& reader, std::string_view key) {
    const TomlValue* value = reader.any(key);
    if (value == nullptr || value->kind == TomlKind::table) return value;
    const std::string name(key);
    context_.complaints.add(find_entry(tree_, key)->place,
                            name + " is a group of named tables: write a heading [" + name + ".NAME] for each");
    return nullptr;
  }

  void complain_same_tasks() {
    // Only queues that agree in these can read the same tasks: ten thousand need not be compared with each other.
    using Key = std::tuple<std::string, std::string, std::string, std::optional<std::int64_t>>;
    std::map<Key, std::vector<const PlacedQueue*>> alike;
    for (const PlacedQueue& later : queues_) {
      const QueueConfig& queue = later.queue;
      auto& before = alike[{queue.service, queue.account, queue.region, queue.sub_app_id}];
      const auto earlier = std::ranges::find_if(before, [&](const PlacedQueue* other) {
        return other->place != later.place && read_same_tasks(other->queue, queue);
      });
      if (earlier != before.end()) complain_pair(**earlier, later);
      before.push_back(&later);
    }
  }

  void complain_pair(const PlacedQueue& earlier, const PlacedQueue& later) {
    const std::string where = later.queue.region.empty() ? "" : " in " + later.queue.region;
    context_.complaints.add(later.place, "this queue reads the same tasks" + where + " as " +
                                             table_title("queues", earlier.queue.name) + " on line " +
                                             std::to_string(earlier.place.line) +
                                             ", which would count them twice: remove one of the two");
  }

  const TomlValue& tree_;
  const ReadingContext context_;
  Config config_;
  std::vector<PlacedQueue> queues_;
};

Loaded refused(Complaints& complaints, TomlPlace place, std::string sentence) {
  complaints.add(place, std::move(sentence));
  return Unexpected(complaints.take());
}

}  // namespace

std::string table_title(std::string_view group, std::string_view name, std::string_view inner) {
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  std::string title = '[' + std::string(group) + '.';
  title += std::ranges::all_of(name, is_bare) && !name.empty() ? std::string(name) : in_quotes(name);
  if (!inner.empty()) title.append(".").append(inner);
  return title + ']';
}

Loaded parse_config(std::string_view text, std::string_view name, std::span<const ServiceRules> services) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Complaints complaints(text, std::string(name));
  if (text.size() > largest_config)
    return refused(complaints, {}, "the configuration is larger than 8192 KiB: shorten it");
  if (const auto bad = find_bad_utf8(text)) {
    return refused(complaints, *bad, "this is not UTF-8: save the file in that encoding");
  }
  const auto tree = parse_toml(text);
  if (!tree) {
    const TomlPlace place = tree.error().place;
    return refused(complaints, place, syntax_sentence(tree.error(), complaints.shown(place), complaints.hides(place)));
  }
  const ReadingContext context{services, std::filesystem::path(name).parent_path(), complaints};
  Config config = Loading(*tree, context).run();
  if (!complaints.empty()) return Unexpected(complaints.take());
  return config;
}

Loaded load_config(const std::filesystem::path& file, std::span<const ServiceRules> services) {
  const auto text = read_text_file(file, largest_config);
  if (!text) {
    Complaints complaints({}, file.string());
    return refused(complaints, {}, "this configuration " + text.error() + ": give --config.file a TOML file");
  }
  return parse_config(*text, file.string(), services);
}

}  // namespace taskqueue
