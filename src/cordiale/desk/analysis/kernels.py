"""What kernels of domains share with the engines: how values are hashed."""

from cordiale.evidence.engines.bucket import Hashes, bucket, hashed, mix, texts

__all__ = ["Hashes", "bucket", "hashed", "mix", "texts"]
