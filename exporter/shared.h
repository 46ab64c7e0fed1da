// A value whose copies share their memory until one of them is changed.
#pragma once

#include <memory>
#include <utility>

namespace taskqueue {

/// Copying and, for what was copied and left alone, comparing cost next to nothing. One thread changes a value at a
/// time and, while it does, whoever it was copied from lives on: then what nobody shares is its own.
template <class T>
class Shared {
 public:
  Shared() : value_(std::make_shared<T>()) {}
  explicit Shared(T value) : value_(std::make_shared<T>(std::move(value))) {}

  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] const T* operator->() const { return value_.get(); }

  /// To be changed; a copy is made first where it is shared.
  [[nodiscard]] T& own() {
    if (value_.use_count() != 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }

  [[nodiscard]] bool shares_with(const Shared& other) const { return value_ == other.value_; }
  bool operator==(const Shared& other) const { return shares_with(other) || *value_ == *other.value_; }

 private:
  std::shared_ptr<T> value_;
};

}  // namespace taskqueue
