namespace DeviceAgent.Testbed.Signing;

/// <summary>How a service turns the path on the request line into the canonical one.</summary>
internal enum PathStyle
{
    /// <summary>Every service but S3: dot segments and double slashes removed, then encoded once more.</summary>
    Normalized,

    /// <summary>S3: taken as it is, encoded once.</summary>
    Verbatim,
}
