#include "exporter/metrics/passage.h"

#include <string_view>
#include <utility>

namespace taskqueue {
namespace {

std::string splice(const MarkedText& content) {
  std::string out;
  std::size_t size = content.text.size();
  for (const MarkedText::Mark& mark : content.marks) size += mark.exemplar.size();
  out.reserve(size);
  std::size_t done = 0;
  for (const MarkedText::Mark& mark : content.marks) {
    out.append(content.text, done, mark.at - done).append(mark.exemplar);
    done = mark.at;
  }
  return out.append(content.text, done);
}

}  // namespace

bool Passage::has_exemplars(Format format) const { return format == Format::openmetrics && !content_.marks.empty(); }

const std::string& Passage::text(Format format) const {
  if (!has_exemplars(format)) return content_.text;
  std::call_once(spliced_once_, [&] { spliced_ = splice(content_); });
  return spliced_;
}

const Deflated& Passage::pack(Format format) const {
  Packed& packed = packed_[has_exemplars(format) ? 1 : 0];
  std::call_once(packed.once, [&] {
    // Who wants it deflated hardly wants it spliced as well: that text is not kept.
    packed.deflated = has_exemplars(format) ? deflate(splice(content_)) : deflate(content_.text);
  });
  return packed.deflated;
}

const Deflated& Passage::deflated(Format format) const {
  asked_[format == Format::openmetrics ? 1 : 0] = true;
  return pack(format);
}

void Passage::prepare_like(const Passage& before) const {
  if (before.asked_[0]) (void)pack(Format::text_0_0_4);
  if (before.asked_[1]) (void)pack(Format::openmetrics);
}

}  // namespace taskqueue
