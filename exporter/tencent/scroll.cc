#include "exporter/tencent/scroll.h"

#include <functional>

namespace taskqueue {
namespace {

constexpr int page_size = 100;
constexpr int most_pages = 50000;  // five million tasks

/// A token that came with a short page and that the API itself refuses: there is no next page.
bool is_end(const Failure& failure, bool page_was_short) {
  return page_was_short && failure.kind == FailureKind::request;
}

/// Passes a page's items on; true if any of them was new to this list.
bool pass(const Json& page, std::unordered_set<std::size_t>& seen, const ItemSink& sink) {
  bool any_new = false;
  for (const Json& item : page) {
    const std::string id = text_member(item, "TaskId");
    if (id.empty()) continue;
    any_new |= seen.insert(std::hash<std::string>{}(id)).second;
    sink(item);
  }
  return any_new;
}

}  // namespace

Result<Reading, Failure> scroll(Client& client, const Json& parameters, const ItemSink& sink) {
  Reading reading;
  std::unordered_set<std::size_t> seen_ids;  // hashes do: a clash can only end a page whose every id clashes
  std::unordered_set<std::string> seen_tokens;
  Call call{.action = "DescribeTasks", .parameters = parameters};
  call.parameters["Limit"] = page_size;
  bool page_was_short = false;
  for (int page = 0; page < most_pages; ++page) {
    const auto answer = client.call(call);
    if (!answer && is_end(answer.error(), page_was_short)) return reading;
    if (!answer) return Unexpected(answer.error());
    if (page == 0) {
      reading.as_of = answer->date;
      reading.total = whole_member(answer->fields, "TotalCount");
    }
    const Json* items = array_member(answer->fields, "TaskSet");
    if (items == nullptr || !pass(*items, seen_ids, sink)) return reading;
    page_was_short = items->size() < page_size;
    std::string token = text_member(answer->fields, "ScrollToken");
    if (token.empty() || !seen_tokens.insert(token).second) return reading;
    call.parameters["ScrollToken"] = std::move(token);
  }
  reading.capped = true;
  return reading;
}

}  // namespace taskqueue
