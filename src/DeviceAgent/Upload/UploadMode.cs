namespace DeviceAgent.Upload;

/// <summary>What the uploader is about.</summary>
internal enum UploadMode
{
    /// <summary>Nothing is to be sent now.</summary>
    Idle,

    /// <summary>Requests are under way.</summary>
    Draining,

    /// <summary>The last request failed in a way that passes; the next attempt has its time.</summary>
    BackingOff,

    /// <summary>Somebody must mend something; everything is held until then.</summary>
    Parked,
}
