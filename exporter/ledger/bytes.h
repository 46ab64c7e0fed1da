// Values as bytes and back: numbers in as few bytes as they need, everything else made of them.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "exporter/ledger/members.h"

namespace taskqueue {

/// The greatest value of an enumeration: others are not read.
template <class E>
constexpr E last_of();
template <>
constexpr Phase last_of() {
  return Phase::unknown;
}
template <>
constexpr WindowEdge last_of() {
  return WindowEdge::none;
}
template <>
constexpr SelectsBy last_of() {
  return SelectsBy::end;
}
template <>
constexpr CountedEnd::Last last_of() {
  return CountedEnd::Last::over;
}

template <class T>
concept HasMembers = member_count<T>
!= 0;

class ByteWriter {
 public:
  void write(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) bytes_.push_back(static_cast<char>(number | 0x80U));
    bytes_.push_back(static_cast<char>(number));
  }
  void write(std::unsigned_integral auto number) { write(static_cast<std::uint64_t>(number)); }
  void write(std::signed_integral auto number) {
    const auto wide = static_cast<std::int64_t>(number);
    // Small ones of either sign are short.
    write((static_cast<std::uint64_t>(wide) << 1U) ^ static_cast<std::uint64_t>(wide >> 63U));
  }
  void write(bool yes) { bytes_.push_back(yes ? '\1' : '\0'); }
  void write(double number) {
    auto bits = std::bit_cast<std::uint64_t>(number);
    for (int i = 0; i < 8; ++i, bits >>= 8U) bytes_.push_back(static_cast<char>(bits));
  }
  void write(std::string_view text) {
    write(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  void write(const std::string& text) { write(std::string_view(text)); }
  template <class E>
  requires std::is_enum_v<E>
  void write(E word) { write(static_cast<std::uint64_t>(word)); }
  template <class Rep, class Period>
  void write(std::chrono::duration<Rep, Period> time) {
    write(static_cast<std::int64_t>(time.count()));
  }
  void write(WallTime time) { write(time.time_since_epoch()); }
  template <class T>
  void write(const std::optional<T>& maybe) {
    write(maybe.has_value());
    if (maybe) write(*maybe);
  }
  template <class First, class Second>
  void write(const std::pair<First, Second>& both) {
    write(both.first);
    write(both.second);
  }
  template <class T, std::size_t size>
  void write(const std::array<T, size>& all) {
    for (const T& each : all) write(each);
  }
  template <class T>
  void write(const std::vector<T>& all) {
    write_all(all);
  }
  template <class T>
  void write(const std::set<T>& all) {
    write_all(all);
  }
  template <class Key, class T>
  void write(const std::map<Key, T>& all) {
    write_all(all);
  }
  template <HasMembers T>
  void write(const T& whole) {
    std::apply([this](const auto&... each) { (this->write(each), ...); }, members(whole));
  }

  /// Everything but the member `left_out`.
  template <HasMembers T>
  void write_but(const void* left_out, const T& whole) {
    const auto write_one = [&](const auto& each) {
      if (static_cast<const void*>(&each) != left_out) write(each);
    };
    std::apply([&](const auto&... each) { (write_one(each), ...); }, members(whole));
  }

  [[nodiscard]] std::string take() { return std::exchange(bytes_, {}); }

 private:
  template <class All>
  void write_all(const All& all) {
    write(std::uint64_t{all.size()});
    for (const auto& each : all) write(each);
  }

  std::string bytes_;
};

/// Never reads past the end, and never makes more room than there are bytes: once something does not fit, everything
/// further reads as nothing and `is_good` is false.
class ByteReader {
 public:
  /// Keeps a view of `bytes`.
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool is_good() const { return is_good_; }
  /// Everything was read, and nothing is left.
  [[nodiscard]] bool is_done() const { return is_good_ && rest_.empty(); }
  void fail() {
    is_good_ = false;
    rest_ = {};
  }

  template <class T>
  [[nodiscard]] T read() {
    T value{};
    read(value);
    return value;
  }

  void read(std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = next();
      number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80U) return;
    }
    fail();
  }
  template <std::unsigned_integral T>
  void read(T& number) {
    const auto wide = read<std::uint64_t>();
    if (wide > std::numeric_limits<T>::max()) fail();
    number = static_cast<T>(wide);
  }
  template <std::signed_integral T>
  void read(T& number) {
    const auto bits = read<std::uint64_t>();
    const auto wide = static_cast<std::int64_t>(bits >> 1U) ^ -static_cast<std::int64_t>(bits & 1U);
    if (wide > std::numeric_limits<T>::max() || wide < std::numeric_limits<T>::min()) fail();
    number = static_cast<T>(wide);
  }
  void read(bool& yes) {
    const auto byte = next();
    if (byte > 1) fail();
    yes = byte == 1;
  }
  void read(double& number) {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) bits |= static_cast<std::uint64_t>(next()) << shift;
    number = std::bit_cast<double>(bits);
  }
  void read(std::string& text) {
    const auto size = read<std::uint64_t>();
    if (size > rest_.size()) return fail();
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  template <class E>
  requires std::is_enum_v<E>
  void read(E& word) {
    const auto number = read<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(last_of<E>())) return fail();
    word = static_cast<E>(number);
  }
  template <class Rep, class Period>
  void read(std::chrono::duration<Rep, Period>& time) {
    time = std::chrono::duration<Rep, Period>{read<std::int64_t>()};
  }
  void read(WallTime& time) { time = WallTime{read<Milliseconds>()}; }
  template <class T>
  void read(std::optional<T>& maybe) {
    maybe.reset();
    if (read<bool>()) read(maybe.emplace());
  }
  template <class First, class Second>
  void read(std::pair<First, Second>& both) {
    read(both.first);
    read(both.second);
  }
  template <class T, std::size_t size>
  void read(std::array<T, size>& all) {
    for (T& each : all) read(each);
  }
  template <class T>
  void read(std::vector<T>& all) {
    for_each_of_many([&] { all.push_back(read<T>()); });
  }
  template <class T>
  void read(std::set<T>& all) {
    for_each_of_many([&] { all.insert(read<T>()); });
  }
  template <class Key, class T>
  void read(std::map<Key, T>& all) {
    for_each_of_many([&] {
      Key key = read<Key>();
      read(all[std::move(key)]);
    });
  }
  template <HasMembers T>
  void read(T& whole) {
    std::apply([this](auto&... each) { (this->read(each), ...); }, members(whole));
  }
  /// Everything but the member `left_out`, as write_but wrote it.
  template <HasMembers T>
  void read_but(const void* left_out, T& whole) {
    const auto read_one = [&](auto& each) {
      if (static_cast<const void*>(&each) != left_out) read(each);
    };
    std::apply([&](auto&... each) { (read_one(each), ...); }, members(whole));
  }

 private:
  [[nodiscard]] unsigned next() {
    if (rest_.empty()) {
      fail();
      return 0;
    }
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  template <class Read>
  void for_each_of_many(const Read& read_one) {
    const auto count = read<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && is_good_; ++i) read_one();
  }

  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace taskqueue
