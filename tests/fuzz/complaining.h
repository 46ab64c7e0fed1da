// What holds of every complaint.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "exporter/config/complaint.h"
#include "exporter/config/wording.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {

/// `text` is the file complained of.
inline void check_complaints(const std::vector<Complaint>& complaints, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  const auto is_harmless = [](std::string_view shown) { return harmless(shown) == shown; };
  for (const Complaint& complaint : complaints) {
    must(!complaint.file.empty() && !complaint.sentence.empty(), "a complaint names the file and says what is wrong");
    must(complaint.line <= lines, "a complaint is about a line of the file");
    must((complaint.line == 0) == (complaint.column == 0), "its place is a line and a column");
    must(is_harmless(complaint.sentence), "its sentence holds nothing that a terminal obeys");
    must(is_harmless(complaint.source), "nor does the line that it shows");
    must(describe(complaint).ends_with('\n'), "it is told in whole lines");
  }
  const auto place = [](const Complaint& complaint) { return std::pair(complaint.line, complaint.column); };
  must(std::ranges::is_sorted(complaints, {}, place), "complaints are in the file's order");
}

}  // namespace taskqueue::fuzz
