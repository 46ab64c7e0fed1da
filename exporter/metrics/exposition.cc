#include "exporter/metrics/exposition.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace taskqueue {
namespace {

/// A shorter text is copied: handing it to the kernel on its own costs more.
constexpr std::size_t worth_sharing = 4096;

/// Puts the texts of an answer in a row.
class Row {
 public:
  explicit Row(Shape shape) : shape_(shape) {
    if (shape.gzip) copy(gzip_head());
  }

  void add(const SharedPassage& passage) {
    if (!shape_.gzip) return append(passage, passage->text(shape_.format));
    const Deflated& deflated = passage->deflated(shape_.format);
    end_.add(deflated);
    append(passage, deflated.bytes);
  }

  /// A text of this answer alone.
  void add(std::string_view text) {
    if (!shape_.gzip) return copy(text);
    const Deflated deflated = deflate(text, Effort::quick);
    end_.add(deflated);
    copy(deflated.bytes);
  }

  [[nodiscard]] Pieces take() {
    if (shape_.gzip) copy(end_.bytes());
    close();
    return std::move(pieces_);
  }

 private:
  void append(const SharedPassage& owner, const std::string& text) {
    if (text.size() < worth_sharing) return copy(text);
    close();
    pieces_.emplace_back(owner, &text);
  }
  void copy(std::string_view text) { open_ += text; }
  void close() {
    if (!open_.empty()) pieces_.push_back(std::make_shared<const std::string>(std::exchange(open_, {})));
  }

  const Shape shape_;
  Pieces pieces_;
  std::string open_;  // short texts, to which more may come
  GzipEnd end_;
};

}  // namespace

Exposition::Exposition() {
  for (const Format format : formats) {
    Heads& heads = heads_.at(static_cast<std::size_t>(format));
    for (const FamilyHead& head : queue_families()) {
      heads.push_back(std::make_shared<const Passage>(MarkedText{.text = head_text(head, format), .marks = {}}));
    }
  }
}

Pieces Exposition::join(const std::vector<const Rendering*>& queues, const std::vector<FamilyText>& own,
                        Shape shape) const {
  Row row(shape);
  const Heads& heads = heads_.at(static_cast<std::size_t>(shape.format));
  std::vector<std::size_t> next(queues.size(), 0);  // fragments ascend by family: one walk through each queue
  for (FamilyIndex family = 0; family < heads.size(); ++family) {
    bool begun = false;
    for (std::size_t i = 0; i < queues.size(); ++i) {
      const Rendering& queue = *queues[i];
      if (next[i] >= queue.size() || queue[next[i]].family != family) continue;
      if (!std::exchange(begun, true)) row.add(heads[family]);
      row.add(queue[next[i]++].lines);
    }
  }
  std::string end;
  for (const FamilyText& family : own) {
    if (!family.lines.empty()) end.append(head_text(family.head, shape.format)).append(family.lines);
  }
  if (shape.format == Format::openmetrics) end += "# EOF\n";
  row.add(end);
  return row.take();
}

std::string joined(const Pieces& pieces) {
  std::string whole;
  for (const SharedText& piece : pieces) whole += *piece;
  return whole;
}

}  // namespace taskqueue
