"""Lists of sync records as files, exactly as filtered, in constant memory."""
