"""How was `scanfix/checks/damage.onnx` trained? See README.md."""
