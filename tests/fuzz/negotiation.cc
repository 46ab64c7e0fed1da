// Accept and Accept-Encoding.
#include "exporter/web/negotiation.h"

#include <array>
#include <charconv>
#include <string>

#include "exporter/web/quality_list.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

std::string_view exact_name(Format format) {
  switch (format) {
    case Format::text_0_0_4: return "text/plain;version=0.0.4";
    case Format::text_1_0_0: return "text/plain;version=1.0.0";
    case Format::openmetrics: return "application/openmetrics-text;version=1.0.0";
  }
  must(false, "one of our formats is chosen");
  return {};
}

std::string written(const std::vector<web::Weighted>& elements) {
  std::string text;
  for (const web::Weighted& element : elements) {
    text += (text.empty() ? "" : ", ") + element.value;
    for (const auto& [name, value] : element.parameters) {
      text += "; " + name + "=\"";
      for (const char c : value) text += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
      text += '"';
    }
    std::array<char, 400> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), element.quality, std::chars_format::fixed);
    text.append("; q=").append(digits.data(), end.ptr);
  }
  return text;
}

const Fuzzer negotiation_fuzzer("negotiation", [](std::string_view input) {
  const auto elements = web::parse_quality_list(input);
  for (const auto& element : elements) {
    must(!element.value.empty() && element.quality >= 0 && element.quality <= 1, "an element has a name and a quality");
  }
  must(web::parse_quality_list(written(elements)) == elements, "a list is read back as it was written");
  const auto choice = web::choose_format(input);
  const std::string more = std::string(input) + ", " + std::string(exact_name(choice.format));
  must(web::choose_format(more).format == choice.format, "what is chosen stays so when it is asked for once more");
  must(web::choose_format(written(elements)) == choice, "the same is chosen whatever the way to write it");
  must(web::wants_gzip(written(elements)) == web::wants_gzip(input), "so it is with codings");
  must(web::wants_gzip("gzip, " + std::string(input)), "gzip is sent to whom it suits best");
});

}  // namespace
}  // namespace taskqueue::fuzz
