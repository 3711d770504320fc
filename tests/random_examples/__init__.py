"""What ``tests.strategies`` makes models and logs with: pools, dice, and a file per part."""
