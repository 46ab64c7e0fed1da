#include "exporter/metrics/exposition.h"

namespace taskqueue {
namespace {

void append_head(std::string& out, const FamilyHead& head) {
  out.append("# HELP ").append(head.name) += ' ';
  for (const char c : help_text(head)) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  out.append("\n# TYPE ").append(head.name).append(" ").append(word(head.type)) += '\n';
}

std::size_t size_of(const std::vector<const Rendering*>& queues) {
  std::size_t size = 16384;
  for (const Rendering* queue : queues) {
    for (const Fragment& fragment : *queue) size += fragment.lines.size();
  }
  return size;
}

}  // namespace

std::string exposition(const std::vector<const Rendering*>& queues, const std::vector<FamilyText>& own) {
  std::string out;
  out.reserve(size_of(queues));
  std::vector<std::size_t> next(queues.size(), 0);  // fragments ascend by family: one walk through each queue
  for (FamilyIndex family = 0; family < queue_families().size(); ++family) {
    bool begun = false;
    for (std::size_t i = 0; i < queues.size(); ++i) {
      const Rendering& queue = *queues[i];
      if (next[i] >= queue.size() || queue[next[i]].family != family) continue;
      if (!begun) append_head(out, queue_families()[family]);
      begun = true;
      out += queue[next[i]++].lines;
    }
  }
  for (const FamilyText& family : own) {
    if (family.lines.empty()) continue;
    append_head(out, family.head);
    out += family.lines;
  }
  return out;
}

}  // namespace taskqueue
