namespace DeviceAgent.Certificate;

/// <summary>How far a new certificate has come. Each is on disk before what follows from it is done.</summary>
internal enum EnrolmentPhase
{
    /// <summary>It is made, and staged with its key. AWS IoT forgets it unless it is registered within the hour.</summary>
    Issued,

    /// <summary>It belongs to the thing and is active.</summary>
    Registered,

    /// <summary>It takes the place of the one in force: from here on there is only forward.</summary>
    Exchanging,

    /// <summary>It is in force.</summary>
    Exchanged,
}
